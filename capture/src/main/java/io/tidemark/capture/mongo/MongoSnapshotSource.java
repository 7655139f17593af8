package io.tidemark.capture.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import io.tidemark.capture.snapshot.DocumentCursor;
import io.tidemark.capture.snapshot.ScanRange;
import io.tidemark.capture.snapshot.SnapshotSource;
import io.tidemark.capture.tail.OplogLostException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/** Reads one member over the driver, connected to directly, for a scan. */
public final class MongoSnapshotSource implements SnapshotSource {
    static final String PRIVILEGE =
            "find, listCollections, listIndexes and collStats on all databases (role backup) and"
                    + " getParameter, replSetGetRBID and listDatabases on the cluster (role"
                    + " clusterMonitor)";
    private static final int NAMESPACE_NOT_FOUND = 26;
    private static final int BAD_VALUE = 2;
    private static final int UNKNOWN_FIELD = 40415;
    private static final BsonInt32 ONE = new BsonInt32(1);
    private static final BsonTimestamp NULL_TIME = new BsonTimestamp(0, 0);
    private final MongoMember member;
    private final int batchBytes;
    private final Duration snapshotWait;
    private volatile boolean byName;

    /**
     * @param address {@code host:port} of the member
     * @param connections as many threads may read at once
     * @param batchBytes about how many bytes a reply shall hold; one document can be 16 MiB
     * @param snapshotWait how long the server may work on a read as of a cluster time
     */
    public MongoSnapshotSource(
            MongoAccess access,
            String address,
            int connections,
            int batchBytes,
            Duration snapshotWait) {
        this.member = new MongoMember(address, access.direct(address, connections + 1));
        this.batchBytes = batchBytes;
        this.snapshotWait = snapshotWait;
    }

    MongoMember member() {
        return member;
    }

    int batchBytes() {
        return batchBytes;
    }

    Duration snapshotWait() {
        return snapshotWait;
    }

    /** Whether the user may not name collections by their UUID. */
    boolean isByName() {
        return byName;
    }

    void readByName() {
        byName = true;
    }

    @Override
    public String address() {
        return member.address();
    }

    @Override
    public Incarnation incarnation() {
        return member.config().incarnation();
    }

    @Override
    public Versions versions() {
        String server =
                run("admin", new BsonDocument("buildInfo", ONE)).getString("version").getValue();
        BsonDocument reply =
                run(
                        "admin",
                        new BsonDocument("getParameter", ONE)
                                .append("featureCompatibilityVersion", ONE));
        BsonValue feature = reply.get("featureCompatibilityVersion");
        Optional<String> version =
                feature != null && feature.isDocument()
                        ? Optional.of(feature.asDocument().getString("version").getValue())
                        : Optional.empty();
        return new Versions(server, version);
    }

    @Override
    public State state() {
        // What is being applied is in the oplog before it shows in the catalogue.
        BsonDocument newest =
                new BsonDocument("find", new BsonString("oplog.rs"))
                        .append("sort", new BsonDocument("$natural", new BsonInt32(-1)))
                        .append("projection", new BsonDocument("ts", ONE))
                        .append("limit", ONE)
                        .append("singleBatch", BsonBoolean.TRUE);
        ClusterTime applied =
                batch(run("local", newest)).stream()
                        .findFirst()
                        .map(entry -> ClusterTime.of(entry.getTimestamp("ts")))
                        .orElse(ClusterTime.ZERO);
        long rollbacks =
                run("admin", new BsonDocument("replSetGetRBID", ONE)).getNumber("rbid").longValue();
        return new State(applied, member.hello().majorityOptime().clusterTime(), rollbacks);
    }

    @Override
    public List<ClusterTime> openTransactions() {
        List<ClusterTime> open = new ArrayList<>();
        BsonDocument filter =
                new BsonDocument("startOpTime", new BsonDocument("$exists", BsonBoolean.TRUE));
        BsonDocument find =
                new BsonDocument("find", new BsonString("transactions")).append("filter", filter);
        for (BsonDocument record : all("config", find)) {
            open.add(ClusterTime.of(record.getDocument("startOpTime").getTimestamp("ts")));
        }
        return open;
    }

    @Override
    public List<TransactionEntry> transactionEntries(ClusterTime after, ClusterTime through) {
        BsonDocument span =
                new BsonDocument("$gt", after.toBson()).append("$lte", through.toBson());
        List<TransactionEntry> entries = new ArrayList<>();
        for (BsonDocument entry : oplog(new BsonDocument("ts", span))) {
            previous(entry)
                    .ifPresent(
                            previous ->
                                    entries.add(
                                            new TransactionEntry(
                                                    ClusterTime.of(entry.getTimestamp("ts")),
                                                    previous)));
        }
        return entries;
    }

    @Override
    public Optional<ClusterTime> previousInTransaction(ClusterTime entry) {
        List<BsonDocument> found = oplog(new BsonDocument("ts", entry.toBson()));
        if (found.isEmpty()) {
            throw new OplogLostException(
                    "The oplog of "
                            + address()
                            + " no longer holds "
                            + entry
                            + ", where a transaction that is open now has an entry. A base that"
                            + " begins now could not be made exact by replay; try again when that"
                            + " transaction is over",
                    null);
        }
        return previous(found.get(0));
    }

    private List<BsonDocument> oplog(BsonDocument filter) {
        BsonDocument fields =
                new BsonDocument("ts", ONE)
                        .append("op", ONE)
                        .append("prevOpTime", ONE)
                        .append("multiOpType", ONE);
        BsonDocument find =
                new BsonDocument("find", new BsonString("oplog.rs"))
                        .append("filter", filter.append("op", new BsonString("c")))
                        .append("projection", fields)
                        .append(
                                "readConcern",
                                new BsonDocument("level", new BsonString("majority")));
        return all("local", find);
    }

    /** Of a transaction only: retryable inserts are chained as well, but stand each alone. */
    private static Optional<ClusterTime> previous(BsonDocument entry) {
        BsonDocument before = entry.getDocument("prevOpTime", new BsonDocument());
        boolean alone = entry.getNumber("multiOpType", new BsonInt32(0)).intValue() != 0;
        BsonTimestamp time = before.getTimestamp("ts", NULL_TIME);
        return alone || time.equals(NULL_TIME)
                ? Optional.empty()
                : Optional.of(ClusterTime.of(time));
    }

    @Override
    public List<Listed> collections() {
        BsonDocument command =
                new BsonDocument("listDatabases", ONE).append("nameOnly", BsonBoolean.TRUE);
        List<Listed> found = new ArrayList<>();
        for (BsonValue database : run("admin", command).getArray("databases")) {
            String name = database.asDocument().getString("name").getValue();
            if (!name.equals("local")) {
                found.addAll(collections(name, new BsonDocument()));
            }
        }
        return found;
    }

    /** The name that a collection has now; empty if it is gone. */
    Optional<Listed> find(String database, UUID uuid) {
        BsonDocument filter = new BsonDocument("info.uuid", new BsonBinary(uuid));
        return collections(database, filter).stream().findFirst();
    }

    private List<Listed> collections(String database, BsonDocument filter) {
        BsonDocument list =
                new BsonDocument("listCollections", ONE)
                        .append("filter", filter)
                        .append("cursor", new BsonDocument());
        List<Listed> found = new ArrayList<>();
        try (CommandCursor cursor = new CommandCursor(member, database, list)) {
            for (List<byte[]> batch = cursor.next(100);
                    !batch.isEmpty();
                    batch = cursor.next(100)) {
                batch.stream()
                        .flatMap(
                                bson ->
                                        ListedCollections.of(database, RawDocument.of(bson))
                                                .stream())
                        .forEach(found::add);
            }
        } catch (MongoException e) {
            throw translate("list the collections of " + database + " on", e);
        }
        return found;
    }

    @Override
    public Optional<List<RawDocument>> indexes(Listed collection) {
        String database = collection.namespace().database();
        BsonValue named =
                byName
                        ? new BsonString(collection.namespace().collection())
                        : new BsonBinary(collection.uuid());
        BsonDocument list = new BsonDocument("listIndexes", named);
        // Those that are still being built come with their commit in the oplog, or never.
        list.append("includeBuildUUIDs", BsonBoolean.TRUE).append("cursor", new BsonDocument());
        List<RawDocument> ready = new ArrayList<>();
        try (CommandCursor cursor = new CommandCursor(member, database, list)) {
            for (List<byte[]> batch = cursor.next(100);
                    !batch.isEmpty();
                    batch = cursor.next(100)) {
                batch.stream()
                        .map(RawDocument::of)
                        .filter(index -> !index.has("buildUUID"))
                        .forEach(ready::add);
            }
            return Optional.of(ready);
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == NAMESPACE_NOT_FOUND) {
                return Optional.empty();
            } else if (e.getErrorCode() == 13 && !byName) {
                byName = true;
                return indexesByName(collection);
            }
            throw translate("list the indexes of " + collection.namespace() + " on", e);
        } catch (MongoException e) {
            throw translate("list the indexes of " + collection.namespace() + " on", e);
        }
    }

    /** A name may be another collection's by now: then its own is looked for. */
    private Optional<List<RawDocument>> indexesByName(Listed collection) {
        Optional<Listed> before = find(collection.namespace().database(), collection.uuid());
        if (before.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<RawDocument>> found = indexes(before.get());
        boolean same =
                find(collection.namespace().database(), collection.uuid())
                        .filter(after -> after.namespace().equals(before.get().namespace()))
                        .isPresent();
        return same ? found : indexesByName(collection);
    }

    @Override
    public Size size(Listed collection) {
        try {
            BsonDocument stats =
                    member.client()
                            .getDatabase(collection.namespace().database())
                            .runCommand(
                                    new BsonDocument(
                                            "collStats",
                                            new BsonString(collection.namespace().collection())),
                                    ReadPreference.primaryPreferred(),
                                    BsonDocument.class);
            return new Size(
                    stats.getNumber("count", new BsonInt64(0)).longValue(),
                    stats.getNumber("size", new BsonInt64(0)).longValue());
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == NAMESPACE_NOT_FOUND) {
                return new Size(0, 0);
            }
            throw translate("ask the size of " + collection.namespace() + " on", e);
        } catch (MongoException e) {
            throw translate("ask the size of " + collection.namespace() + " on", e);
        }
    }

    @Override
    public List<RawDocument> sample(Listed collection, int count) {
        BsonArray stages =
                new BsonArray(
                        List.of(
                                BsonDocument.parse("{$sample: {size: " + count + "}}"),
                                BsonDocument.parse("{$project: {_id: 1}}"),
                                BsonDocument.parse("{$sort: {_id: 1}}")));
        BsonDocument command =
                new BsonDocument("aggregate", new BsonString(collection.namespace().collection()))
                        .append("pipeline", stages)
                        .append("cursor", new BsonDocument());
        List<RawDocument> ids = new ArrayList<>();
        try (CommandCursor cursor =
                new CommandCursor(member, collection.namespace().database(), command)) {
            for (List<byte[]> batch = cursor.next(1000);
                    !batch.isEmpty();
                    batch = cursor.next(1000)) {
                batch.forEach(bson -> ids.add(RawDocument.of(bson)));
            }
        } catch (MongoCommandException e) {
            // A view of that name by now, for one. The whole collection as one range is right too.
            return List.of();
        } catch (MongoException e) {
            throw translate("sample " + collection.namespace() + " on", e);
        }
        return ids;
    }

    @Override
    public DocumentCursor open(Listed collection, ScanRange range, Optional<ClusterTime> readAt) {
        return new MongoDocumentCursor(this, collection, range, readAt);
    }

    RuntimeException translate(String doing, MongoException error) {
        return member.translate(doing, PRIVILEGE, error);
    }

    @Override
    public void close() {
        member.close();
    }

    private BsonDocument run(String database, BsonDocument command) {
        return member.run(database, command, PRIVILEGE);
    }

    private List<BsonDocument> all(String database, BsonDocument find) {
        List<BsonDocument> found = new ArrayList<>();
        try (CommandCursor cursor = new CommandCursor(member, database, find)) {
            for (List<byte[]> batch = cursor.next(1000);
                    !batch.isEmpty();
                    batch = cursor.next(1000)) {
                batch.forEach(bson -> found.add(new org.bson.RawBsonDocument(bson)));
            }
        } catch (MongoException e) {
            throw translate("read " + find.getString("find").getValue() + " of", e);
        }
        return found;
    }

    private static List<BsonDocument> batch(BsonDocument reply) {
        return reply.getDocument("cursor").getArray("firstBatch").stream()
                .map(BsonValue::asDocument)
                .toList();
    }
}
