package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.ChangeObserver;
import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.IdSource;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.EntryFormat;
import io.tidemark.embedded.mongo.oplog.Oplog;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.oracle.Oracle;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.Catalog;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.DataStore;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.LogicalClock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/**
 * The state of one replica set and the only way to change it: whatever changes data appends the
 * oplog entry in the same step, under one lock. So the log has no holes and every reader sees a
 * prefix of it.
 */
public final class Engine {
    /** An entry may exceed the document limit by this much. */
    private static final int MAX_ENTRY_BYTES = 16 * 1024 * 1024 + 16 * 1024;

    final NodeSettings settings;
    final ReentrantLock lock = new ReentrantLock();
    final Condition progress = lock.newCondition();
    private final Condition topology = lock.newCondition();
    final LogicalClock clock;
    final Catalog catalog = new Catalog();
    final DataStore data;
    final Oplog oplog;
    final EntryFormat format;
    final Sessions sessions = new Sessions();
    final Replication replication;
    final Oracle oracle;
    final Parameters parameters = new Parameters();
    final DocumentLocks locks = new DocumentLocks();
    final UniqueIndexes uniqueIndexes;
    final TransactionTable transactions;
    final Map<UUID, BsonDocument> shardKeys = new HashMap<>();

    /** Buckets of time-series collections that take the next measurement of their series. */
    final Map<Measurements.Series, ObjectId> openBuckets = new HashMap<>();

    private volatile Optime lastApplied = Optime.NONE;
    private final AtomicLong term = new AtomicLong(1);
    private volatile boolean closed;
    private int toldTopology;
    private volatile ChangeObserver observer = ChangeObserver.NONE;
    private volatile IdSource ids;

    public Engine(NodeSettings settings) {
        this.settings = settings;
        this.clock = new LogicalClock(settings.wall());
        this.ids = new IdSource(System.nanoTime(), settings.wall());
        this.data = new DataStore(settings.keepHistory());
        this.oplog = new Oplog(settings.oplogMaxBytes());
        this.format = new EntryFormat(settings.version());
        this.replication = new Replication(settings.members());
        this.oracle = new Oracle(settings.keepOracle());
        this.uniqueIndexes = new UniqueIndexes(this);
        this.transactions = new TransactionTable(this);
    }

    /** Writes what the first start of a set writes: the log's first entry and its first term. */
    public void initiate() {
        write(
                () -> {
                    Optime first = log(noopMessage("initiating set"));
                    log(noopMessage("new primary"));
                    return first;
                });
    }

    static EntryFields noopMessage(String message) {
        return EntryFields.noop(new RawBuilder().string("msg", message).toBytes());
    }

    ServerVersion version() {
        return settings.version();
    }

    public Oracle oracle() {
        return oracle;
    }

    public Optime lastApplied() {
        return lastApplied;
    }

    public long term() {
        return term.get();
    }

    void newTerm() {
        term.incrementAndGet();
    }

    /** Runs a change under the write lock and lets waiters look again. */
    <T> T write(Supplier<T> change) {
        lock.lock();
        try {
            return change.get();
        } finally {
            progress.signalAll();
            tellTopology();
            lock.unlock();
        }
    }

    /** Each client has a thread here that waits for this alone: no write shall wake them all. */
    private void tellTopology() {
        if (toldTopology != replication.topologyCounter()) {
            toldTopology = replication.topologyCounter();
            topology.signalAll();
        }
    }

    /** Reads state that belongs to the lock without changing it. */
    <T> T locked(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    /** Waits, with the lock held, until something changes or the time is over. */
    boolean awaitProgress(long millis) {
        return await(progress, millis);
    }

    /** As {@link #awaitProgress}, for a change of what clients know of the set's members. */
    boolean awaitTopology(long millis) {
        return await(topology, millis);
    }

    private boolean await(Condition changed, long millis) {
        if (closed) {
            throw new CommandFailure(ErrorCode.InterruptedAtShutdown, "interrupted at shutdown");
        }
        try {
            return changed.await(Math.max(millis, 1), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.Interrupted, "operation was interrupted");
        }
    }

    /** Appends an entry at the next cluster time. The lock must be held. */
    Optime log(EntryFields fields) {
        return log(fields, clock.tick());
    }

    Optime log(EntryFields fields, long ts) {
        long wallMillis = clock.wallMillis();
        byte[] entry = format.entry(fields, ts, term.get(), wallMillis);
        if (entry.length > MAX_ENTRY_BYTES) {
            throw new CommandFailure(
                    ErrorCode.BSONObjectTooLarge,
                    "Oplog entry of " + entry.length + " bytes exceeds the limit");
        }
        oplog.append(ts, term.get(), entry);
        Optime optime = new Optime(ts, term.get());
        lastApplied = optime;
        replication.appended(ts, wallMillis);
        oplog.roll(transactions.oldestOpenEntry());
        return optime;
    }

    /** Ids this set makes: of documents without one, of collections and index builds. */
    IdSource ids() {
        return ids;
    }

    /** Makes them repeatable. */
    public void idsFrom(IdSource source) {
        ids = source;
    }

    /** Who is told of every change from now on. */
    public void observe(ChangeObserver told) {
        observer = told;
    }

    /** Makes a document change readable and notes it for the oracle. */
    void install(Change change, long at, long applied) {
        install(
                change.collection(),
                change.key(),
                change.before(),
                change.after(),
                at,
                applied,
                change.fromMigrate());
    }

    void install(
            CollectionInfo collection,
            IdKey key,
            byte[] before,
            byte[] after,
            long at,
            long applied) {
        install(collection, key, before, after, at, applied, false);
    }

    private void install(
            CollectionInfo collection,
            IdKey key,
            byte[] before,
            byte[] after,
            long at,
            long applied,
            boolean fromMigrate) {
        data.of(collection).install(key, after, at, applied);
        uniqueIndexes.replace(collection.uuid(), key, before, after);
        oracle.document(collection.uuid(), key, after, at, applied);
        observer.changed(
                collection.uuid(),
                collection.namespace(),
                before,
                after,
                new BsonTimestamp(at),
                new BsonTimestamp(applied),
                fromMigrate);
    }

    /** Makes a collection's catalogue entry current. */
    void catalogue(CollectionInfo info, long at, long applied) {
        catalog.change(at, applied, state -> state.put(info));
        data.of(info);
        uniqueIndexes.rebuild(info);
        oracle.collection(described(info), at, applied);
    }

    void uncatalogue(CollectionInfo info, long at, long applied) {
        catalog.change(at, applied, state -> state.remove(info.uuid()));
        data.dropped(info.uuid());
        uniqueIndexes.forget(info.uuid());
        oracle.dropped(info.uuid(), at, applied);
    }

    private static CollectionDescription described(CollectionInfo info) {
        return info.describe();
    }

    /** What a rolled-back set stands at. */
    void rolledBackTo(Optime position) {
        lastApplied = position;
        observer.rolledBack(new BsonTimestamp(position.ts()));
    }

    void requirePrimary(int member) {
        if (!replication.isPrimary(member)) {
            throw new CommandFailure(ErrorCode.NotWritablePrimary, "not primary");
        }
    }

    /** A write that waited across an election must not go on. */
    void requireTerm(long started) {
        if (term.get() != started || !replication.hasPrimary()) {
            throw new CommandFailure(
                    ErrorCode.InterruptedDueToReplStateChange,
                    "operation was interrupted by a change of primary");
        }
    }

    void close() {
        write(
                () -> {
                    closed = true;
                    topology.signalAll();
                    return null;
                });
    }

    boolean isClosed() {
        return closed;
    }
}
