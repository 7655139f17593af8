package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.InProcessPrimary;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.WriteOutcome;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** {@link InProcessPrimary} over the set's own write path. */
public final class LocalPrimary implements InProcessPrimary {
    private final Node node;
    private final Engine engine;

    public LocalPrimary(Node node) {
        this.node = node;
        this.engine = node.engine();
    }

    @Override
    public BsonDocument run(String database, BsonDocument command) {
        return node.run(engine.replication.primary(), database, command);
    }

    private <T> T writing(WriteContext context, Function<ChangeSink, T> body) {
        return engine.write(
                () -> {
                    engine.requirePrimary(engine.replication.primary());
                    ChangeSink sink = sink(context);
                    try {
                        return body.apply(sink);
                    } finally {
                        sink.flush();
                    }
                });
    }

    private ChangeSink sink(WriteContext context) {
        if (context.transaction().isPresent()) {
            TransactionId id = context.transaction().get();
            SessionState session = engine.sessions.of(id.lsid());
            boolean begun = session.transaction != null && session.txnNumber == id.txnNumber();
            return new TransactionWrites(
                    engine,
                    begun ? engine.transactions.current(id) : engine.transactions.begin(id));
        }
        SessionState session = context.retryable().map(engine.sessions::at).orElse(null);
        return new DirectWrites(engine, session, context.fromMigrate(), "");
    }

    private static StatementOptions options(WriteContext context, int index) {
        int statement =
                context.retryable().isPresent() ? context.firstStatement().orElse(0) + index : -1;
        return new StatementOptions(
                context.fromMigrate(), context.bypassValidation(), statement, null);
    }

    @Override
    public WriteOutcome insert(
            String namespace, List<? extends BsonDocument> documents, WriteContext context) {
        return writing(
                context,
                sink -> {
                    Statements statements = new Statements(engine, sink);
                    CollectionInfo target = statements.target(namespace, true);
                    int i = 0;
                    for (BsonDocument document : documents) {
                        StatementOptions options = options(context, i);
                        if (sink.executed(options.statement()) == null) {
                            statements.insert(target, BsonBytes.of(document), options);
                        }
                        i++;
                    }
                    return outcome(i, i, sink);
                });
    }

    private static WriteOutcome outcome(int matched, int modified, ChangeSink sink) {
        sink.flush();
        return new WriteOutcome(matched, modified, new BsonTimestamp(sink.last().ts()));
    }

    @Override
    public WriteOutcome update(
            String namespace,
            BsonDocument filter,
            BsonDocument update,
            boolean multi,
            boolean upsert,
            WriteContext context) {
        return writing(
                context,
                sink -> {
                    UpdateEffect effect =
                            new Statements(engine, sink)
                                    .update(
                                            namespace,
                                            UpdateSpec.of(filter, update, multi, upsert),
                                            options(context, 0));
                    int upserted = effect.upsertedId() == null ? 0 : 1;
                    return outcome(effect.matched() + upserted, effect.modified() + upserted, sink);
                });
    }

    @Override
    public WriteOutcome delete(
            String namespace, BsonDocument filter, boolean multi, WriteContext context) {
        return writing(
                context,
                sink -> {
                    int deleted =
                            new Statements(engine, sink)
                                    .delete(
                                            namespace,
                                            filter,
                                            new BsonDocument(),
                                            multi,
                                            options(context, 0))
                                    .size();
                    return outcome(deleted, deleted, sink);
                });
    }

    private BsonTimestamp log(EntryFields fields) {
        return engine.write(
                () -> {
                    engine.requirePrimary(engine.replication.primary());
                    return new BsonTimestamp(engine.log(fields).ts());
                });
    }

    @Override
    public BsonTimestamp noop(
            String namespace, Optional<UUID> uuid, BsonDocument o, Optional<BsonDocument> o2) {
        EntryFields fields = EntryFields.noop(BsonBytes.of(o));
        fields.ns = namespace;
        fields.ui = uuid.orElse(null);
        fields.o2 = o2.map(BsonBytes::of).orElse(null);
        return log(fields);
    }

    @Override
    public BsonTimestamp periodicNoop() {
        return log(Engine.noopMessage("periodic noop"));
    }

    @Override
    public BsonTimestamp applyOps(List<BsonDocument> operations) {
        return primary(
                () -> new BsonTimestamp(new ApplyOps(engine).atomically(operations, false).ts()));
    }

    private <T> T primary(Supplier<T> change) {
        return engine.write(
                () -> {
                    engine.requirePrimary(engine.replication.primary());
                    return change.get();
                });
    }

    @Override
    public UUID createCollection(
            String namespace, BsonDocument options, Optional<UUID> uuid, WriteContext context) {
        BsonDocument complete = CreateOptions.of(options, engine.version());
        return primary(
                () ->
                        new Creation(engine)
                                .create(
                                        namespace,
                                        complete,
                                        uuid.orElse(null),
                                        context.fromMigrate())
                                .collection()
                                .uuid());
    }

    @Override
    public void createIndexes(String namespace, List<BsonDocument> specs, WriteContext context) {
        primary(
                () -> {
                    boolean migrate = context.fromMigrate();
                    CollectionInfo found = new Ddl(engine, migrate).require(namespace);
                    return new IndexDdl(engine, migrate).create(found, specs);
                });
    }

    @Override
    public void dropCollection(String namespace, WriteContext context) {
        primary(
                () -> {
                    CollectionInfo found = engine.catalog.current().named(namespace);
                    return found == null
                            ? null
                            : new Ddl(engine, context.fromMigrate()).drop(found);
                });
    }

    @Override
    public void renameCollection(String from, String to, boolean dropTarget, WriteContext context) {
        primary(() -> new Ddl(engine, context.fromMigrate()).rename(from, to, dropTarget, false));
    }

    @Override
    public void setShardKey(UUID collection, BsonDocument keyPattern) {
        engine.write(
                () ->
                        keyPattern.isEmpty()
                                ? engine.shardKeys.remove(collection)
                                : engine.shardKeys.put(collection, keyPattern));
    }

    @Override
    public BsonTimestamp prepareTransaction(TransactionId id) {
        return primary(
                () ->
                        new BsonTimestamp(
                                new TransactionLog(engine)
                                        .prepare(engine.transactions.current(id))
                                        .ts()));
    }

    @Override
    public BsonTimestamp commitTransaction(
            TransactionId id, Optional<BsonTimestamp> commitTimestamp) {
        return primary(
                () -> {
                    Transaction found = engine.transactions.current(id);
                    if (found.state == Transaction.State.COMMITTED) {
                        return new BsonTimestamp(found.lastEntry().ts());
                    }
                    TransactionLog log = new TransactionLog(engine);
                    return new BsonTimestamp(
                            commitTimestamp.isPresent()
                                    ? log.commitPrepared(found, commitTimestamp.get().getValue())
                                            .ts()
                                    : log.commit(found).ts());
                });
    }

    @Override
    public void abortTransaction(TransactionId id) {
        primary(() -> new TransactionLog(engine).abort(engine.transactions.current(id)));
    }

    @Override
    public List<RawBsonDocument> find(
            String namespace, BsonDocument filter, Optional<BsonTimestamp> at) {
        ReadView view =
                at.map(time -> new ReadView(time.getValue(), Long.MAX_VALUE))
                        .orElse(ReadView.NEWEST);
        CollectionInfo collection = engine.catalog.in(view).named(namespace);
        if (collection == null) {
            return List.of();
        }
        Query query = Query.of(filter, BsonDocument.parse("{_id: 1}"), 0, 0);
        long readAt = Math.min(view.at(), engine.clock.now());
        engine.lock.lock();
        try {
            while (engine.transactions.blocksRead(collection.uuid(), query.range(), readAt)) {
                engine.awaitProgress(1000);
            }
        } finally {
            engine.lock.unlock();
        }
        List<RawBsonDocument> found = new ArrayList<>();
        query.find(new DocumentSource.Committed(engine.data.of(collection), view))
                .forEach(document -> found.add(BsonBytes.document(document)));
        return found;
    }

    @Override
    public Optional<CollectionDescription> collection(String namespace) {
        return Optional.ofNullable(engine.catalog.current().named(namespace))
                .map(CollectionInfo::describe);
    }

    @Override
    public List<CollectionDescription> collections() {
        return engine.catalog.current().all().stream().map(CollectionInfo::describe).toList();
    }

    @Override
    public BsonTimestamp clusterTime() {
        return new BsonTimestamp(engine.clock.now());
    }

    @Override
    public void advanceClusterTime(BsonTimestamp seen) {
        engine.clock.advance(seen.getValue());
    }

    @Override
    public BsonTimestamp lastApplied() {
        return new BsonTimestamp(engine.lastApplied().ts());
    }

    @Override
    public BsonTimestamp commitPoint() {
        return new BsonTimestamp(engine.replication.commitPoint());
    }

    @Override
    public boolean awaitCommitPoint(BsonTimestamp time, long timeoutMillis) {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        engine.lock.lock();
        try {
            while (engine.replication.commitPoint() < time.getValue()) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                engine.awaitProgress(left);
            }
            return true;
        } finally {
            engine.lock.unlock();
        }
    }
}
