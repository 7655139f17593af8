package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;

/** Which namespaces a client may write documents to. */
final class WriteTargets {
    private WriteTargets() {}

    static void requireWritable(Request request, String namespace) {
        Namespaces.requireCreatable(namespace);
        String database = Namespaces.database(namespace);
        if (namespace.equals("local.oplog.rs") || database.equals("local")) {
            throw new CommandFailure(ErrorCode.InvalidNamespace, "cannot write to " + namespace);
        }
        if (namespace.equals("config.transactions")) {
            throw new CommandFailure(
                    ErrorCode.InvalidNamespace, "Cannot write to config.transactions");
        }
        boolean measurements =
                request.name().equals("insert")
                        && Measurements.buckets(request.engine(), namespace) != null;
        if (measurements && request.inTransaction()) {
            throw new CommandFailure(
                    ErrorCode.OperationNotSupportedInTransaction,
                    "Cannot insert into a time-series collection in a multi-document transaction: "
                            + namespace);
        }
        if (!measurements
                && request.engine().catalog.current().named(namespace) == null
                && Views.find(request.engine(), namespace) != null) {
            throw new CommandFailure(
                    ErrorCode.CommandNotSupportedOnView,
                    "Namespace " + namespace + " is a view, not a collection");
        }
    }
}
