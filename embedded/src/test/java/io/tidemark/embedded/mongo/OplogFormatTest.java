package io.tidemark.embedded.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/**
 * Holds our entries against ones recorded on real clusters: same kind of entry, same fields, same
 * types, same order. Else tests of everything else would prove things about a format of our own.
 */
class OplogFormatTest {
    private static Map<String, Set<List<String>>> shapes(Stream<? extends BsonDocument> entries) {
        Map<String, Set<List<String>>> found = new TreeMap<>();
        entries.map(EntryShape::of)
                .forEach(
                        shape ->
                                found.computeIfAbsent(shape.kind(), k -> new TreeSet<>(BY_TEXT))
                                        .add(shape.fields()));
        return found;
    }

    private static final java.util.Comparator<List<String>> BY_TEXT =
            java.util.Comparator.comparing(List::toString);

    private static Stream<BsonDocument> pbm() {
        return Stream.of("cfg", "rs1", "rs2")
                .flatMap(set -> Stream.of(".backup", ".pitr1", ".pitr2").map(part -> set + part))
                .flatMap(name -> SharedData.bson("pbm-5.0/" + name + ".oplog.bson").stream());
    }

    private static void requireSame(Map<String, Set<List<String>>> real, SimulatedReplicaSet set) {
        Map<String, Set<List<String>>> ours = shapes(set.oplog().stream());
        Map<String, String> wrong = new LinkedHashMap<>();
        real.forEach(
                (kind, fields) -> {
                    Set<List<String>> mine = ours.getOrDefault(kind, Set.of());
                    boolean same = mine.stream().anyMatch(fields::contains);
                    if (!same) {
                        wrong.put(kind, "\n real " + fields + "\n ours " + mine);
                    }
                });
        assertThat(wrong).isEmpty();
    }

    private static TransactionId transaction() {
        return new TransactionId(
                new BsonDocument("id", new BsonBinary(UUID.randomUUID()))
                        .append("uid", new BsonBinary(new byte[32])),
                0);
    }

    @Test
    void entriesOfServer50AreThoseOfARealCluster() throws Exception {
        Map<String, Set<List<String>>> real = shapes(pbm());
        assertThat(real).hasSizeGreaterThan(14);
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs1").start();
                MongoClient client = MongoClients.create(set.uri());
                MongoClient plain = MongoClients.create(set.uri() + "&retryWrites=false")) {
            write(client.getDatabase("trx"));
            write(plain.getDatabase("trx2"));
            try (ClientSession session = client.startSession()) {
                session.startTransaction();
                client.getDatabase("trx")
                        .getCollection("test")
                        .insertOne(session, new Document("idx", 1.0));
                session.commitTransaction();
            }
            TransactionId id = transaction();
            set.primary()
                    .insert(
                            "trx.test",
                            List.of(BsonDocument.parse("{_id: 77}")),
                            WriteContext.in(id));
            set.primary().commitTransaction(id, Optional.of(set.primary().prepareTransaction(id)));
            set.primary().periodicNoop();
            BsonDocument unknown =
                    BsonDocument.parse(
                            "{commitTransaction: 1, txnNumber: {$numberLong: '9'}, autocommit:"
                                    + " false}");
            set.primary().run("admin", unknown.append("lsid", transaction().lsid()));
            client.getDatabase("trx").getCollection("test").drop();

            requireSame(real, set);
        }
    }

    private static void write(MongoDatabase database) {
        MongoCollection<Document> test = database.getCollection("test");
        test.insertOne(new Document("_id", 1).append("idx", 1.0));
        test.updateOne(eq("_id", 1), Updates.set("idx", 2.0));
        test.replaceOne(eq("_id", 1), new Document("idx", 3.0));
        test.deleteOne(eq("_id", 1));
    }

    @Test
    void catalogueEntriesOfServer44AreThoseOfRealServers() throws Exception {
        Map<String, Set<List<String>>> real =
                shapes(
                        Stream.of(
                                        "collMod",
                                        "commit_indexes_build",
                                        "oplog_ignore_index",
                                        "drop_collection",
                                        "drop_index",
                                        "drop_db",
                                        "create_index")
                                .flatMap(
                                        name ->
                                                SharedData.bson(
                                                        "mongo-tools/" + name + ".oplog.bson")
                                                        .stream())
                                .map(OplogFormatTest::withLongs));
        assertThat(real).hasSizeGreaterThan(8);
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs1").version(ServerVersion.V4_4).start();
                MongoClient client =
                        MongoClients.create(set.uri() + "&retryWrites=false&w=majority")) {
            MongoDatabase test = client.getDatabase("test");
            MongoCollection<Document> foo = test.getCollection("foo");
            test.createCollection("foo");
            foo.createIndex(
                    new Document("f", 1.0),
                    new IndexOptions().expireAfter(1000L, java.util.concurrent.TimeUnit.SECONDS));
            test.runCommand(
                    Document.parse(
                            "{collMod: 'foo', index: {name: 'f_1', expireAfterSeconds: 3600}}"));
            foo.createIndex(new Document("g", 1.0));
            foo.dropIndex("g_1");
            foo.insertMany(List.of(new Document("a", 1), new Document("a", 1)));
            foo.createIndex(new Document("b", 1.0));
            refusedUniqueIndex(foo);
            set.primary().periodicNoop();
            foo.drop();
            test.createCollection("bar");
            test.drop();

            requireSame(real, set);
        }
    }

    private static void refusedUniqueIndex(MongoCollection<Document> foo) {
        try {
            foo.createIndex(new Document("a", 1.0), new IndexOptions().unique(true));
            throw new AssertionError("a unique index over duplicates was built");
        } catch (com.mongodb.MongoException e) {
            assertThat(e.getCode()).isEqualTo(11000);
        }
    }

    /** Some files went through a shell that shortened the numbers of t and v. */
    private static BsonDocument withLongs(BsonDocument entry) {
        BsonDocument copy = new BsonDocument();
        entry.forEach(copy::put);
        copy.put("t", new org.bson.BsonInt64(entry.getNumber("t").longValue()));
        copy.put("v", new org.bson.BsonInt64(entry.getNumber("v").longValue()));
        return copy;
    }

    @Test
    void entriesOfServer80AreThoseOfRealServers() throws Exception {
        Map<String, Set<List<String>>> real =
                shapes(
                        Stream.concat(
                                SharedData.bson("mongo-tools/vectored_insert.oplog.bson").stream(),
                                Stream.of("ops_cmd_create_drop", "ops_i_u_d", "ops_n")
                                        .flatMap(OplogFormatTest::json)));
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs1").version(ServerVersion.V8_0).start();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoDatabase database = client.getDatabase("mydb");
            write(database);
            MongoCollection<Document> test = database.getCollection("test");
            test.insertMany(List.of(new Document("_id", 100), new Document("_id", 200)));
            test.drop();
            set.primary().periodicNoop();

            requireSame(real, set);
        }
    }

    /** Entries of unit tests: only those with a session were recorded; others are hand-made. */
    private static Stream<BsonDocument> json(String name) {
        try {
            Path file = SharedData.file("pbm-ops/" + name + ".json");
            return BsonArray.parse(Files.readString(file)).stream()
                    .map(value -> value.asDocument())
                    .filter(
                            entry ->
                                    entry.containsKey("lsid")
                                            || name.equals("ops_n")
                                            || name.equals("ops_cmd_create_drop"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot read " + name, e);
        }
    }
}
