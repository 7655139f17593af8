package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import io.tidemark.embedded.mongo.store.StoredDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bson.BsonDocument;

/** Writes outside a multi-document transaction: every change is committed as it comes. */
final class DirectWrites implements ChangeSink {
    private static final int MAX_BATCH_BYTES = 4 * 1024 * 1024;

    private final Engine engine;
    private final SessionState session;
    private final boolean fromMigrate;
    private final List<Change> held = new ArrayList<>();
    private final String batched;
    private final TreeMap<IdKey, byte[]> heldDocuments = new TreeMap<>();
    private long heldBytes;
    private final long term;
    private Optime last;

    /**
     * @param session the session of a retryable write, or null
     * @param batched kind of change that is logged together ({@code i} or {@code d}), or empty
     */
    DirectWrites(Engine engine, SessionState session, boolean fromMigrate, String batched) {
        this.engine = engine;
        this.session = session;
        this.fromMigrate = fromMigrate;
        this.batched = batched;
        this.last = engine.lastApplied();
        this.term = engine.term();
    }

    @Override
    public CollectionInfo collection(String namespace) {
        return engine.catalog.current().named(namespace);
    }

    @Override
    public DocumentSource source(CollectionInfo collection) {
        DocumentSource committed =
                new DocumentSource.Committed(engine.data.of(collection), ReadView.NEWEST);
        return heldDocuments.isEmpty()
                ? committed
                : new DocumentSource.Overlaid(committed, heldDocuments);
    }

    @Override
    public CollectionInfo createImplicitly(String namespace) {
        return new Creation(engine)
                .create(namespace, new BsonDocument(), null, fromMigrate)
                .collection();
    }

    @Override
    public void reserve(CollectionInfo collection, IdKey key) {
        while (engine.locks.owner(collection.uuid(), key) != null) {
            engine.awaitProgress(1000);
            engine.requireTerm(term);
        }
    }

    @Override
    public void add(Change change) {
        engine.transactions.waitForClaims(change);
        engine.uniqueIndexes.check(
                change.collection(), change.key(), change.before(), change.after());
        if (change.op().equals(batched) && !change.collection().capped()) {
            hold(change);
        } else {
            flush();
            logOne(change);
        }
        evict(change);
    }

    private void hold(Change change) {
        int most =
                engine.parameters.number(
                        batched.equals("d")
                                ? "batchedDeletesTargetBatchDocs"
                                : "internalInsertMaxBatchSize");
        if (held.size() >= most || heldBytes + change.logBytes() > MAX_BATCH_BYTES) {
            flush();
        }
        held.add(change);
        heldBytes += change.logBytes();
        // Later statements of the batch must see it, other readers must not.
        heldDocuments.put(change.key(), change.after());
        engine.uniqueIndexes.replace(
                change.collection().uuid(), change.key(), change.before(), change.after());
    }

    private void logOne(Change change) {
        EntryFields fields = change.fields();
        stamp(fields, change.statement() >= 0);
        new RetryImages(engine, session).attach(change, fields);
        last = engine.log(fields);
        engine.install(change, last.ts(), last.ts());
        remember(change, last);
    }

    private void stamp(EntryFields fields, boolean retryable) {
        if (session != null && retryable) {
            fields.lsid = session.lsidBytes;
            fields.txnNumber = session.txnNumber;
            fields.previous = session.previous();
        }
    }

    private void remember(Change change, Optime optime) {
        if (session != null && change.statement() >= 0) {
            session.wrote(optime, engine.clock.wallMillis());
            session.executed(change.statement(), optime, null);
        }
    }

    @Override
    public void flush() {
        if (held.isEmpty()) {
            return;
        }
        List<Change> together = List.copyOf(held);
        held.clear();
        heldDocuments.clear();
        heldBytes = 0;
        if (together.size() == 1) {
            logOne(together.get(0));
        } else {
            logTogether(together);
        }
    }

    /** One applyOps for all: a vectored insert or a batched delete. */
    private void logTogether(List<Change> together) {
        boolean retryable = session != null && together.get(0).statement() >= 0;
        RawBuilder o = new RawBuilder(4096);
        o.startArray("applyOps");
        for (int i = 0; i < together.size(); i++) {
            o.document(Integer.toString(i), engine.format.element(together.get(i).fields()));
        }
        o.end();
        EntryFields fields = EntryFields.command("admin.$cmd", null, o.toBytes());
        stamp(fields, retryable);
        if (retryable) {
            fields.multiOpType = 1;
        }
        last = engine.log(fields);
        for (Change change : together) {
            engine.install(change, last.ts(), last.ts());
            if (retryable) {
                session.executed(change.statement(), last, null);
            }
        }
        if (retryable) {
            session.wrote(last, engine.clock.wallMillis());
        }
    }

    /** Makes room in a capped collection after an insert. */
    private void evict(Change change) {
        CollectionInfo collection = change.collection();
        if (!change.op().equals("i") || !collection.capped()) {
            return;
        }
        CappedLimits limits = CappedLimits.of(collection);
        var data = engine.data.of(collection);
        while (limits.exceededBy(data.count(), data.sizeBytes()) && data.count() > 1) {
            StoredDocument oldest = data.oldest();
            byte[] before = oldest.newest().bytes();
            Change gone = Documents.deletion(engine, collection, oldest.key(), before, -1, false);
            if (engine.version().atLeast(ServerVersion.V5_0)) {
                flush();
                last = engine.log(gone.fields());
            }
            engine.install(gone, last.ts(), last.ts());
        }
    }

    @Override
    public SessionState.Executed executed(int statement) {
        return session == null || statement < 0 ? null : session.executed(statement);
    }

    @Override
    public void remember(int statement, BsonDocument reply) {
        if (session != null && statement >= 0) {
            session.executed(statement, last, reply);
        }
    }

    @Override
    public Optime last() {
        return last;
    }
}
