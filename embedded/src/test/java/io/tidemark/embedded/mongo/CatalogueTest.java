package io.tidemark.embedded.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.TimeSeriesOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.UuidRepresentation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private SimulatedReplicaSet set;
    private MongoClient client;
    private MongoDatabase shop;

    @BeforeEach
    void start() {
        set = SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
        client = MongoClients.create(set.uri());
        shop = client.getDatabase("shop");
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private List<String> commandsSince(BsonTimestamp time) {
        return set.oplog().stream()
                .filter(e -> e.getTimestamp("ts").compareTo(time) > 0)
                .map(
                        e ->
                                e.getString("op").getValue().equals("c")
                                        ? e.getDocument("o").getFirstKey()
                                        : e.getString("op").getValue())
                .toList();
    }

    private void assertRefused(int code, org.assertj.core.api.ThrowableAssert.ThrowingCallable c) {
        assertThatThrownBy(c)
                .isInstanceOfSatisfying(
                        MongoException.class, e -> assertThat(e.getCode()).isEqualTo(code));
    }

    @Test
    void aRenameOverATargetKeepsTheSourcesUuid() {
        shop.getCollection("a").insertOne(new Document("_id", 1));
        shop.getCollection("b").insertOne(new Document("_id", 2));
        UUID source = set.primary().collection("shop.a").orElseThrow().uuid();
        UUID target = set.primary().collection("shop.b").orElseThrow().uuid();
        assertRefused(
                48,
                () ->
                        client.getDatabase("admin")
                                .runCommand(
                                        Document.parse(
                                                "{renameCollection: 'shop.a', to: 'shop.b'}")));
        client.getDatabase("admin")
                .runCommand(
                        Document.parse(
                                "{renameCollection: 'shop.a', to: 'shop.b', dropTarget: true}"));
        assertThat(set.primary().collection("shop.b").orElseThrow().uuid()).isEqualTo(source);
        RawBsonDocument entry = set.oplog().get(set.oplog().size() - 1);
        assertThat(entry.getDocument("o").keySet())
                .containsExactly("renameCollection", "to", "stayTemp", "dropTarget");
        assertThat(entry.getDocument("o").getBinary("dropTarget").asUuid()).isEqualTo(target);
        assertThat(shop.getCollection("b").find().into(new ArrayList<>()))
                .containsExactly(new Document("_id", 1));
    }

    @Test
    void aRenameIntoAnotherDatabaseIsACopy() {
        shop.getCollection("a").insertOne(new Document("_id", 1));
        BsonTimestamp before = set.primary().lastApplied();
        client.getDatabase("admin")
                .runCommand(Document.parse("{renameCollection: 'shop.a', to: 'store.a'}"));
        assertThat(commandsSince(before))
                .containsExactly("create", "i", "renameCollection", "drop");
        assertThat(client.getDatabase("store").getCollection("a").countDocuments()).isEqualTo(1);
    }

    @Test
    void aViewIsADocumentAndRefusesWrites() {
        shop.getCollection("a").insertMany(List.of(new Document("x", 1), new Document("x", 2)));
        BsonTimestamp before = set.primary().lastApplied();
        shop.createView("v", "a", List.of(Document.parse("{$match: {x: 2}}")));
        assertThat(commandsSince(before)).containsExactly("create", "i");
        assertThat(shop.getCollection("v").find().into(new ArrayList<>())).hasSize(1);
        assertRefused(166, () -> shop.getCollection("v").insertOne(new Document()));
        shop.getCollection("v").drop();
        assertThat(shop.listCollectionNames().into(new ArrayList<>())).doesNotContain("v");
    }

    @Test
    void aTimeSeriesCollectionIsBucketsAndAView() {
        BsonTimestamp before = set.primary().lastApplied();
        shop.createCollection(
                "ts", new CreateCollectionOptions().timeSeriesOptions(new TimeSeriesOptions("t")));
        assertThat(commandsSince(before)).containsExactly("create", "create", "i");
        Document listed = shop.listCollections().filter(new Document("name", "ts")).first();
        assertThat(listed.getString("type")).isEqualTo("timeseries");
        assertThat(set.primary().collection("shop.system.buckets.ts")).isPresent();
        shop.getCollection("ts").drop();
        assertThat(set.primary().collection("shop.system.buckets.ts")).isEmpty();
    }

    @Test
    void measurementsGoIntoBucketsAndComeBack() {
        shop.createCollection(
                "ts",
                new CreateCollectionOptions()
                        .timeSeriesOptions(new TimeSeriesOptions("t").metaField("m")));
        BsonTimestamp before = set.primary().lastApplied();
        MongoCollection<Document> ts = shop.getCollection("ts");
        for (int i = 0; i < 3; i++) {
            ts.insertOne(
                    new Document("_id", i)
                            .append("t", new java.util.Date(1_700_000_000_000L + i * 1000))
                            .append("m", "a")
                            .append("x", 10 - i));
        }
        assertThat(commandsSince(before)).containsExactly("i", "u", "u");
        RawBsonDocument last = set.oplog().get(set.oplog().size() - 1);
        assertThat(last.getDocument("o").getDocument("diff").getDocument("sdata").toJson())
                .isEqualTo(
                        "{\"s_id\": {\"i\": {\"2\": 2}}, \"st\": {\"i\": {\"2\": {\"$date\":"
                                + " \"2023-11-14T22:13:22Z\"}}}, \"sx\": {\"i\": {\"2\": 8}}}");
        assertThat(ts.find(new Document("x", 9)).first())
                .containsEntry("m", "a")
                .containsEntry("_id", 1);
        assertRefused(2, () -> ts.insertOne(new Document("x", 1)));
    }

    @Test
    void aValidatorKeepsOutWhatDoesNotFit() {
        shop.runCommand(
                Document.parse(
                        "{create: 'v', validator: {$jsonSchema: {required: ['x'], properties: {x:"
                                + " {bsonType: 'int', minimum: 5}}}}}"));
        MongoCollection<Document> v = shop.getCollection("v");
        v.insertOne(new Document("_id", 1).append("x", 5));
        assertRefused(121, () -> v.insertOne(new Document("x", 4)));
        assertRefused(121, () -> v.insertOne(new Document("y", 4)));
        shop.runCommand(Document.parse("{collMod: 'v', validationLevel: 'off'}"));
        v.insertOne(new Document("y", 4));
    }

    @Test
    void aCappedCollectionForgetsItsOldestAndLogsIt() {
        shop.createCollection(
                "c", new CreateCollectionOptions().capped(true).sizeInBytes(4096).maxDocuments(2));
        BsonTimestamp before = set.primary().lastApplied();
        MongoCollection<Document> capped = shop.getCollection("c");
        for (int i = 3; i > 0; i--) {
            capped.insertOne(new Document("_id", i));
        }
        assertThat(capped.find().into(new ArrayList<>()))
                .containsExactly(new Document("_id", 2), new Document("_id", 1));
        assertThat(commandsSince(before)).containsExactly("i", "i", "i", "d");
    }

    @Test
    void convertingToCappedReplacesTheCollection() {
        shop.getCollection("a").insertOne(new Document("_id", 1));
        UUID before = set.primary().collection("shop.a").orElseThrow().uuid();
        shop.runCommand(Document.parse("{convertToCapped: 'a', size: 8192}"));
        CollectionDescription now = set.primary().collection("shop.a").orElseThrow();
        assertThat(now.uuid()).isNotEqualTo(before);
        assertThat(now.options().keySet()).containsExactly("capped", "size");
        assertThat(set.primary().collections()).hasSize(1);
    }

    @Test
    void uniqueIndexesAreKeptOnEveryWrite() {
        MongoCollection<Document> a = shop.getCollection("a");
        a.createIndex(new Document("k", 1), new IndexOptions().unique(true));
        a.createIndex(
                new Document("p", 1),
                new IndexOptions()
                        .unique(true)
                        .partialFilterExpression(Document.parse("{active: true}")));
        a.insertOne(Document.parse("{_id: 1, k: 1, p: 1, active: true}"));
        assertRefused(11000, () -> a.insertOne(Document.parse("{_id: 2, k: 1}")));
        assertRefused(
                11000, () -> a.insertOne(Document.parse("{_id: 2, k: 2, p: 1, active: true}")));
        a.insertOne(Document.parse("{_id: 2, k: 2, p: 1}"));
        assertRefused(
                11000, () -> a.updateOne(new Document("_id", 2), Document.parse("{$set: {k: 1}}")));
        a.deleteOne(new Document("_id", 1));
        a.updateOne(new Document("_id", 2), Document.parse("{$set: {k: 1}}"));
        assertThat(a.listIndexes().into(new ArrayList<>())).hasSize(3);
    }

    @Test
    void dropDatabaseDropsItsCollectionsFirst() {
        shop.getCollection("a").insertOne(new Document());
        shop.getCollection("b").insertOne(new Document());
        BsonTimestamp before = set.primary().lastApplied();
        shop.drop();
        assertThat(commandsSince(before)).containsExactly("drop", "drop", "dropDatabase");
        assertThat(set.oracle().collectionsAt(set.primary().lastApplied())).isEmpty();
        assertThat(set.oracle().collectionsAt(before)).containsOnlyKeys("shop.a", "shop.b");
    }

    @Test
    void applyOpsCreatesWithAGivenUuidAndAppliesDeltas() {
        UUID uuid = UUID.randomUUID();
        BsonBinary ui = new BsonBinary(uuid, UuidRepresentation.STANDARD);
        Document created = applyOps("c", "shop.$cmd", ui, "{create: 'a'}", null);
        assertThat(created.getInteger("applied")).isEqualTo(1);
        assertThat(set.primary().collection("shop.a").orElseThrow().uuid()).isEqualTo(uuid);
        applyOps("i", "shop.a", ui, "{_id: 1, x: 1}", null);
        applyOps("u", "shop.a", ui, "{$v: 2, diff: {u: {x: 5}}}", "{_id: 1}");
        assertThat(shop.getCollection("a").find().first())
                .isEqualTo(Document.parse("{_id: 1, x: 5}"));
        applyOps("c", "shop.$cmd", ui, "{create: 'renamed'}", null);
        assertThat(set.primary().collection("shop.renamed").orElseThrow().uuid()).isEqualTo(uuid);
        assertRefused(3318200, () -> applyOps("i", "shop.a", ui, "{_id: 2}", null));
        assertRefused(26, () -> applyOps("i", "shop.none", null, "{_id: 2}", null));
        assertRefused(
                115,
                () ->
                        applyOps(
                                "c",
                                "shop.$cmd",
                                ui,
                                "{createIndexes: 'renamed', v: 2, key: {a: 1}, name: 'a_1'}",
                                null));
    }

    private Document applyOps(String op, String ns, BsonBinary ui, String o, String o2) {
        Document operation = new Document("op", op).append("ns", ns).append("o", Document.parse(o));
        if (ui != null) {
            operation.append("ui", ui);
        }
        if (o2 != null) {
            operation.append("o2", Document.parse(o2));
        }
        return client.getDatabase("admin").runCommand(new Document("applyOps", List.of(operation)));
    }

    @Test
    void whatAServerRefusesIsRefused() {
        MongoCollection<Document> a = shop.getCollection("a");
        a.insertOne(new Document("_id", 1));
        assertRefused(59, () -> shop.runCommand(new Document("noSuchCommand", 1)));
        assertRefused(40415, () -> shop.runCommand(Document.parse("{find: 'a', nonsense: 1}")));
        assertRefused(11000, () -> a.insertOne(new Document("_id", 1)));
        assertRefused(53, () -> a.insertOne(new Document("_id", List.of(1))));
        assertRefused(
                66, () -> a.updateOne(new Document("_id", 1), Document.parse("{$set: {_id: 2}}")));
        assertRefused(73, () -> shop.runCommand(new Document("create", "a$b")));
        assertRefused(27, () -> a.dropIndex("none"));
        a.updateOne(
                new Document("_id", 1),
                new Document("$set", new Document("big1", "x".repeat(9_000_000))));
        assertRefused(
                10334,
                () ->
                        a.updateOne(
                                new Document("_id", 1),
                                new Document("$set", new Document("big2", "x".repeat(9_000_000)))));
        assertRefused(
                43,
                () ->
                        shop.runCommand(
                                Document.parse("{getMore: {$numberLong: '99'}, collection: 'a'}")));
    }

    @Test
    void aRetriedWriteIsDoneOnce() {
        BsonDocument insert =
                BsonDocument.parse(
                        "{insert: 'a', documents: [{_id: 1}, {_id: 2}], txnNumber: {$numberLong:"
                                + " '5'}}");
        insert.append("lsid", new BsonDocument("id", new BsonBinary(UUID.randomUUID())));
        assertThat(set.primary().run("shop", insert).getNumber("n").intValue()).isEqualTo(2);
        BsonTimestamp after = set.primary().lastApplied();
        assertThat(set.primary().run("shop", insert).getNumber("n").intValue()).isEqualTo(2);
        assertThat(set.primary().lastApplied()).isEqualTo(after);
        List<RawBsonDocument> log = set.oplog();
        RawBsonDocument second = log.get(log.size() - 1);
        assertThat(second.getDocument("prevOpTime").getTimestamp("ts"))
                .isEqualTo(log.get(log.size() - 2).getTimestamp("ts"));
        assertThat(second.getInt32("stmtId").getValue()).isEqualTo(1);
    }

    @Test
    void aRetriedFindAndModifyAnswersAsBefore() {
        shop.getCollection("a").insertOne(new Document("_id", 1).append("x", 1));
        BsonDocument command =
                BsonDocument.parse(
                        "{findAndModify: 'a', query: {_id: 1}, update: {$inc: {x: 1}}, txnNumber:"
                                + " {$numberLong: '5'}}");
        command.append("lsid", new BsonDocument("id", new BsonBinary(UUID.randomUUID())));
        BsonDocument first = set.primary().run("shop", command);
        BsonDocument again = set.primary().run("shop", command);
        assertThat(again.getDocument("value")).isEqualTo(first.getDocument("value"));
        assertThat(shop.getCollection("a").find().first().getInteger("x")).isEqualTo(2);
        List<RawBsonDocument> log = set.oplog();
        RawBsonDocument update = log.get(log.size() - 1);
        assertThat(log.get(log.size() - 2).getString("op").getValue()).isEqualTo("n");
        assertThat(update.getDocument("preImageOpTime").getTimestamp("ts"))
                .isEqualTo(log.get(log.size() - 2).getTimestamp("ts"));
        assertThat(set.primary().find("shop.a", new BsonDocument(), Optional.empty())).hasSize(1);
    }
}
