package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.List;
import java.util.Optional;

/**
 * A namespace as one command may read it: through its transaction, or at its read concern.
 *
 * @param source the documents; {@link DocumentSource#NOTHING} if there is no such collection
 * @param collection null if there is none
 */
record Reading(
        Engine engine,
        Request request,
        String namespace,
        CollectionInfo collection,
        DocumentSource source,
        ReadPoint point) {
    static Reading of(Request request, String namespace) {
        Engine engine = request.engine();
        if (request.inTransaction()) {
            return engine.write(() -> inTransaction(request, namespace));
        }
        ReadPoint point = ReadPoint.of(request);
        if (namespace.equals("config.transactions")) {
            return new Reading(
                    engine,
                    request,
                    namespace,
                    null,
                    TransactionRecords.source(engine, request),
                    point);
        }
        CollectionInfo collection = engine.catalog.in(point.view()).named(namespace);
        if (collection == null && Views.find(engine, namespace) != null) {
            return ofView(request, namespace, point);
        }
        DocumentSource source =
                collection == null
                        ? DocumentSource.NOTHING
                        : new DocumentSource.Committed(engine.data.of(collection), point.view());
        return new Reading(engine, request, namespace, collection, source, point);
    }

    private static Reading ofView(Request request, String namespace, ReadPoint point) {
        List<byte[]> documents = Pipeline.view(request, namespace);
        return new Reading(
                request.engine(), request, namespace, null, new ListedDocuments(documents), point);
    }

    private static Reading inTransaction(Request request, String namespace) {
        Engine engine = request.engine();
        Optional<Transaction> transaction = request.transaction();
        Transaction open = transaction.orElseThrow();
        if (open.state != Transaction.State.IN_PROGRESS) {
            throw new CommandFailure(
                    ErrorCode.PreparedTransactionInProgress,
                    "Cannot read in a transaction that is " + open.state);
        }
        ChangeSink sink = new TransactionWrites(engine, open);
        CollectionInfo collection = sink.collection(namespace);
        ReadPoint point = new ReadPoint(open.view, "snapshot", true, 0);
        DocumentSource source =
                collection == null ? DocumentSource.NOTHING : sink.source(collection);
        return new Reading(engine, request, namespace, collection, source, point);
    }

    /** What a query finds, after waiting for prepared transactions if this read must. */
    List<byte[]> find(Query query) {
        if (point.waits() && collection != null) {
            waitForPrepared(query.range());
        }
        return query.find(source);
    }

    private void waitForPrepared(IdRange range) {
        engine.lock.lock();
        try {
            ReadView view = point.view();
            long readAt = Math.min(view.at(), view.applied());
            while (engine.transactions.blocksRead(collection.uuid(), range, readAt)) {
                request.requireTime();
                engine.awaitProgress(Math.min(request.remainingMillis(), 200));
            }
        } finally {
            engine.lock.unlock();
        }
    }
}
