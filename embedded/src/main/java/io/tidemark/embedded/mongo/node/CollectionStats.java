package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import org.bson.BsonDocument;

/** The aggregation stage {@code $collStats}: counts and sizes of one collection. */
final class CollectionStats {
    private CollectionStats() {}

    static byte[] of(Request request, String namespace, BsonDocument asked) {
        Engine engine = request.engine();
        CollectionInfo info = engine.catalog.current().named(namespace);
        RawBuilder reply = new RawBuilder().string("ns", namespace);
        reply.string("host", request.node().addresses().of(request.member()));
        reply.date("localTime", engine.clock.wallMillis());
        for (String part : asked.keySet()) {
            if (info == null) {
                throw new CommandFailure(
                        ErrorCode.NamespaceNotFound,
                        "Unable to retrieve "
                                + part
                                + " in $collStats stage :: caused by :: Collection ["
                                + namespace
                                + "] not found.");
            }
            switch (part) {
                case "count" -> reply.int64("count", engine.data.of(info).count());
                case "storageStats" -> storage(reply, engine, info);
                default ->
                        throw new CommandFailure(
                                ErrorCode.CommandNotSupported,
                                "$collStats." + part + " is not part of the simulated server");
            }
        }
        return reply.toBytes();
    }

    private static void storage(RawBuilder reply, Engine engine, CollectionInfo info) {
        long count = engine.data.of(info).count();
        long size = engine.data.of(info).sizeBytes();
        reply.startDocument("storageStats").int64("size", size).int64("count", count);
        reply.int64("avgObjSize", count == 0 ? 0 : size / count).int64("storageSize", size);
        reply.bool("capped", info.capped()).int32("nindexes", info.indexes().size());
        reply.int32("scaleFactor", 1).end();
    }
}
