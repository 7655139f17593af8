package io.tidemark.embedded.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

/** What single operations leave in the log, per version, and how the log is read. */
class OplogTest {
    private static List<RawBsonDocument> since(SimulatedReplicaSet set, BsonTimestamp time) {
        return set.oplog().stream().filter(e -> e.getTimestamp("ts").compareTo(time) > 0).toList();
    }

    private static BsonArray operations(RawBsonDocument entry) {
        return entry.getDocument("o").getArray("applyOps");
    }

    private static TransactionId id() {
        return new TransactionId(
                new BsonDocument("id", new BsonBinary(UUID.randomUUID()))
                        .append("uid", new BsonBinary(new byte[32])),
                0);
    }

    @Test
    void updatesAreLoggedAsModifiersIn44AndAsDeltasLater() {
        for (ServerVersion version : ServerVersion.values()) {
            try (SimulatedReplicaSet set =
                            SimulatedReplicaSet.builder("rs0")
                                    .version(version)
                                    .noopInterval(Duration.ZERO)
                                    .start();
                    MongoClient client = MongoClients.create(set.uri())) {
                MongoCollection<Document> a = client.getDatabase("d").getCollection("a");
                a.insertOne(Document.parse("{_id: 1, x: 1, y: [1, 2]}"));
                BsonTimestamp before = set.primary().lastApplied();
                a.updateOne(
                        eq("_id", 1), Updates.combine(Updates.inc("x", 1), Updates.push("y", 3)));
                BsonDocument o = since(set, before).get(0).getDocument("o");
                assertThat(o.getInt32("$v").getValue()).isEqualTo(version.logsDeltas() ? 2 : 1);
                assertThat(o.getDocument(version.logsDeltas() ? "diff" : "$set"))
                        .isEqualTo(
                                BsonDocument.parse(
                                        version.logsDeltas()
                                                ? "{u: {x: 2}, sy: {a: true, u2: 3}}"
                                                : "{x: 2, 'y.2': 3}"));
            }
        }
    }

    @Test
    void server80LogsManyInsertsAndDeletesTogether() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0")
                                .version(ServerVersion.V8_0)
                                .noopInterval(Duration.ZERO)
                                .start();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoCollection<Document> a = client.getDatabase("d").getCollection("a");
            a.insertMany(IntStream.range(0, 25).mapToObj(i -> new Document("_id", i)).toList());
            RawBsonDocument inserts = set.oplog().get(set.oplog().size() - 1);
            assertThat(operations(inserts)).hasSize(25);
            assertThat(inserts.getInt32("multiOpType").getValue()).isEqualTo(1);
            BsonTimestamp before = set.primary().lastApplied();
            a.deleteMany(lt("_id", 22));
            List<RawBsonDocument> deletes = since(set, before);
            assertThat(deletes).hasSize(3);
            assertThat(deletes).noneMatch(entry -> entry.containsKey("lsid"));
            assertThat(set.oracle().documentsAt("d.a", set.primary().lastApplied())).hasSize(3);
        }
    }

    @Test
    void server80SaysWhenATransactionIsOver() {
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("rs0")
                        .version(ServerVersion.V8_0)
                        .noopInterval(Duration.ZERO)
                        .start()) {
            TransactionId id = id();
            set.primary()
                    .insert("d.a", List.of(BsonDocument.parse("{_id: 1}")), WriteContext.in(id));
            set.primary().commitTransaction(id, Optional.empty());
            RawBsonDocument last = set.oplog().get(set.oplog().size() - 1);
            assertThat(last.getString("op").getValue()).isEqualTo("n");
            assertThat(last.getDocument("o").getDocument("msg").getFirstKey())
                    .isEqualTo("endOfTransaction");
        }
    }

    @Test
    void aCollectionFirstWrittenInATransactionIsCreatedThere() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                MongoClient client = MongoClients.create(set.uri());
                ClientSession session = client.startSession()) {
            BsonTimestamp before = set.primary().lastApplied();
            session.startTransaction();
            client.getDatabase("d").createCollection(session, "a");
            client.getDatabase("d").getCollection("a").createIndex(session, new Document("x", 1));
            client.getDatabase("d").getCollection("a").insertOne(session, new Document("x", 1));
            assertThat(set.primary().collection("d.a")).isEmpty();
            session.commitTransaction();
            List<RawBsonDocument> entries = since(set, before);
            assertThat(entries).hasSize(1);
            assertThat(
                            operations(entries.get(0)).stream()
                                    .map(op -> op.asDocument().getString("op").getValue()))
                    .containsExactly("c", "c", "i");
            assertThat(set.primary().collection("d.a").orElseThrow().indexes()).hasSize(2);
        }
    }

    @Test
    void aParticipantThatOnlyReadPreparesNothing() {
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start()) {
            TransactionId id = id();
            BsonDocument find =
                    BsonDocument.parse(
                            "{find: 'a', startTransaction: true, autocommit: false, txnNumber:"
                                    + " {$numberLong: '0'}}");
            set.primary().run("d", find.append("lsid", id.lsid()));
            set.primary().prepareTransaction(id);
            RawBsonDocument last = set.oplog().get(set.oplog().size() - 1);
            assertThat(operations(last)).isEmpty();
            assertThat(last.getDocument("o").getBoolean("prepare").getValue()).isTrue();
            set.primary().abortTransaction(id);
        }
    }

    @Test
    void theLargestDocumentMakesAnEntryBeyondTheDocumentLimit() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                MongoClient client = MongoClients.create(set.uri())) {
            int room = 16 * 1024 * 1024 - 40;
            client.getDatabase("d")
                    .getCollection("a")
                    .insertOne(new Document("_id", 1).append("x", "y".repeat(room)));
            RawBsonDocument entry =
                    client.getDatabase("local")
                            .getCollection("oplog.rs", RawBsonDocument.class)
                            .find(eq("op", "i"))
                            .first();
            assertThat(entry.getByteBuffer().remaining()).isGreaterThan(16 * 1024 * 1024);
        }
    }

    @Test
    void theLogForgetsItsOldestEntriesButNoUndecidedTransaction() {
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("rs0")
                        .oplogMaxBytes(20_000)
                        .noopInterval(Duration.ZERO)
                        .start()) {
            TransactionId id = id();
            set.primary()
                    .insert("d.a", List.of(BsonDocument.parse("{_id: 1}")), WriteContext.in(id));
            BsonTimestamp prepared = set.primary().prepareTransaction(id);
            fill(set, 0);
            assertThat(set.oplog().get(0).getTimestamp("ts")).isEqualTo(prepared);
            set.primary().commitTransaction(id, Optional.of(prepared));
            fill(set, 500);
            assertThat(set.oplog().get(0).getTimestamp("ts")).isGreaterThan(prepared);
            assertThat(set.primary().find("d.b", new BsonDocument(), Optional.empty()))
                    .hasSize(400);
        }
    }

    private static void fill(SimulatedReplicaSet set, int from) {
        for (int i = from; i < from + 200; i++) {
            set.primary()
                    .insert(
                            "d.b",
                            List.of(BsonDocument.parse("{_id: " + i + "}")),
                            WriteContext.plain());
        }
    }

    @Test
    void documentKeysCarryTheShardKey() {
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start()) {
            InProcessPrimary primary = set.primary();
            UUID uuid =
                    primary.createCollection(
                            "d.a", new BsonDocument(), Optional.empty(), WriteContext.plain());
            primary.setShardKey(uuid, BsonDocument.parse("{k: 1}"));
            primary.insert(
                    "d.a",
                    List.of(BsonDocument.parse("{_id: 1, k: 5, z: 1}")),
                    WriteContext.migration());
            primary.delete("d.a", BsonDocument.parse("{_id: 1}"), false, WriteContext.migration());
            RawBsonDocument last = set.oplog().get(set.oplog().size() - 1);
            assertThat(last.getDocument("o").keySet()).containsExactly("k", "_id");
            assertThat(last.getBoolean("fromMigrate").getValue()).isTrue();
        }
    }

    @Test
    void documentsExpireAsOrdinaryDeletes() {
        SteppedClock clock = SteppedClock.at(1_700_000_000);
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").clock(clock).manualTicks().start();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoCollection<Document> a = client.getDatabase("d").getCollection("a");
            a.createIndex(
                    new Document("at", 1), new IndexOptions().expireAfter(60L, TimeUnit.SECONDS));
            a.insertOne(new Document("at", new Date(clock.millis())));
            clock.advance(Duration.ofSeconds(61));
            set.tick();
            assertThat(a.countDocuments()).isEqualTo(1);
            client.getDatabase("admin")
                    .runCommand(Document.parse("{setParameter: 1, ttlMonitorEnabled: true}"));
            set.tick();
            assertThat(a.countDocuments()).isZero();
            assertThat(set.oplog()).anyMatch(e -> e.getString("op").getValue().equals("d"));
        }
    }

    @Test
    void aCutConnectionIsFoundAndReadingGoesOn() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoCollection<Document> a = client.getDatabase("d").getCollection("a");
            a.insertMany(IntStream.range(0, 500).mapToObj(i -> new Document("_id", i)).toList());
            set.member(0).faults().cutAfterBytes(5000);
            assertThat(a.find(gte("_id", 0)).batchSize(1000).into(new ArrayList<>())).hasSize(500);
        }
    }

    @Test
    void aSlowCommandRunsIntoTheClientsLimit() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                MongoClient patient = MongoClients.create(set.uri());
                MongoClient client =
                        MongoClients.create(set.uri() + "&socketTimeoutMS=500&retryReads=false")) {
            patient.getDatabase("d").getCollection("a").insertOne(new Document());
            set.member(0).faults().delay("find", Duration.ofMinutes(1));
            assertThatThrownBy(() -> client.getDatabase("d").getCollection("a").find().first())
                    .isInstanceOf(MongoSocketReadTimeoutException.class);
            set.member(0).faults().none();
            assertThat(patient.getDatabase("d").getCollection("a").find().first()).isNotNull();
        }
    }
}
