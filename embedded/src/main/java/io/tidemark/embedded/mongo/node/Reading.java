package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.store.CollectionData;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.DocumentVersion;
import io.tidemark.embedded.mongo.store.ReadView;
import io.tidemark.embedded.mongo.store.StoredDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;

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
    /** What a command names in its first field: a namespace, or a collection by its UUID. */
    static Reading named(Request request) {
        return of(request, request.namespaceOrUuid());
    }

    /** The part of it that a hint's bounds leave. */
    Reading within(Hint hint) {
        return new Reading(engine, request, namespace, collection, hint.within(source), point);
    }

    /** Documents in the order of their insertion. */
    List<DocumentVersion> asInserted() {
        if (collection == null) {
            return List.of();
        }
        CollectionData data = engine.data.of(collection);
        ReadView view = data.keepsHistory() ? point.view() : ReadView.NEWEST;
        List<DocumentVersion> all = new ArrayList<>();
        for (StoredDocument stored : data.byId().values()) {
            DocumentVersion version = stored.in(view);
            if (version != null) {
                all.add(version);
            }
        }
        all.sort(Comparator.comparingLong(DocumentVersion::recordId));
        return all;
    }

    /** The same, to be read in the order of insertion where that is asked for. */
    Reading ordered(BsonDocument order) {
        boolean natural = order.size() == 1 && order.containsKey("$natural");
        if (!natural || collection == null || !(source instanceof DocumentSource.Committed)) {
            return this;
        }
        List<byte[]> documents = asInserted().stream().map(DocumentVersion::bytes).toList();
        return new Reading(
                engine, request, namespace, collection, new ListedDocuments(documents), point);
    }

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

    /**
     * A collection as its read point knows it: whatever name it has there.
     *
     * <p>Before 7.0 a server has no catalogue of the past: a snapshot read of a collection whose
     * definition changed after its time is refused.
     */
    static Reading of(Request request, UUID uuid) {
        Engine engine = request.engine();
        if (request.inTransaction()) {
            return of(request, request.namespaceOrUuid());
        }
        ReadPoint point = ReadPoint.of(request);
        CollectionInfo collection = engine.catalog.in(point.view()).with(uuid);
        CollectionInfo now = engine.catalog.current().with(uuid);
        if (collection == null && now == null) {
            throw new CommandFailure(ErrorCode.NamespaceNotFound, "Unable to resolve " + uuid);
        }
        boolean past = point.snapshotAt() != 0 && !engine.version().atLeast(ServerVersion.V7_0);
        if (past && (collection == null || !collection.equals(now))) {
            throw new CommandFailure(
                    ErrorCode.SnapshotUnavailable,
                    "Unable to read from a snapshot due to pending collection catalog changes;"
                            + " please retry the operation.");
        }
        String namespace = (collection == null ? now : collection).namespace();
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
        waitFor(query);
        return query.find(source);
    }

    /** Waits for prepared transactions where this read must. */
    void waitFor(Query query) {
        if (point.waits() && collection != null) {
            waitForPrepared(query.range());
        }
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
