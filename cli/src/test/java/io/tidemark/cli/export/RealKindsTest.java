package io.tidemark.cli.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.dump.DumpFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Collections, views and indexes as a real server describes them, dumped as mongodump does it, and
 * through import, restore into the server, export, import and restore again. Without collations of
 * languages: the engine that is at hand for tests knows none.
 */
class RealKindsTest {
    private static final String URI = System.getenv("TIDEMARK_TEST_MONGO");
    private static final String DATABASE = "kinds";
    private static final JsonWriterSettings CANONICAL =
            JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();
    private static final List<String> KINDS =
            List.of(
                    "{create: 'capped', capped: true, size: 4096, max: 5}",
                    "{create: 'checked', validator: {$jsonSchema: {required: ['n'], properties: {n:"
                            + " {bsonType: ['int', 'long']}}}}, validationLevel: 'moderate',"
                            + " validationAction: 'warn'}",
                    "{create: 'clustered', clusteredIndex: {key: {_id: 1}, unique: true, name:"
                            + " 'by id'}}",
                    "{create: 'indexed'}",
                    "{createIndexes: 'indexed', indexes: ["
                            + "{key: {a: 1, b: -1}, name: 'compound'},"
                            + "{key: {u: 1}, name: 'unique', unique: true, sparse: true},"
                            + "{key: {at: 1}, name: 'ttl', expireAfterSeconds: 360000000},"
                            + "{key: {p: 1}, name: 'partial', partialFilterExpression: {p: {$gt:"
                            + " 1}}},"
                            + "{key: {h: 1}, name: 'hidden', hidden: true},"
                            + "{key: {k: 'hashed'}, name: 'hashed'},"
                            + "{key: {k: 'hashed', a: 1}, name: 'hashed too'},"
                            + "{key: {'w.$**': 1}, name: 'wild'},"
                            + "{key: {'$**': 1}, name: 'wilder', wildcardProjection: {z: 0}},"
                            + "{key: {t: 'text', s: 'text'}, name: 'words', weights: {t: 3, s: 2},"
                            + " default_language: 'german', language_override: 'sprache'},"
                            + "{key: {g: '2dsphere'}, name: 'globe'},"
                            + "{key: {f: '2d'}, name: 'flat', min: -10, max: 10, bits: 20}]}",
                    "{create: 'odd/näme %2F'}",
                    "{create: 'seen', viewOn: 'checked', pipeline: [{$match: {n: 1}}]}",
                    "{create: 'seen again', viewOn: 'seen', pipeline: [], collation: {locale:"
                            + " 'simple'}}");
    private static final List<String> DOCUMENTS =
            List.of(
                    "{insert: 'checked', documents: [{_id: 1, n: 1}, {_id: 2, n: 'no number'}]}",
                    "{insert: 'clustered', documents: [{_id: 2}, {_id: 1}, {_id: 'x'}]}",
                    "{insert: 'odd/näme %2F', documents: [{_id: {a: 1, b: [null]}, '': 1}]}",
                    "{insert: 'indexed', documents: [{_id: {$oid: '65a000000000000000000001'}, a:"
                            + " {$numberDecimal: '1.10'}, b: {$numberLong: '5'}, u: 1, at: {$date:"
                            + " '2026-01-01T00:00:00Z'}, p: 5, k: 'x', w: {q: [1, {r: 2}]}, t:"
                            + " 'Wort', g: {type: 'Point', coordinates: [1.5, 2.5]}, f: [1, 2], re:"
                            + " {$regularExpression: {pattern: 'a', options: 'i'}}, bin: {$binary:"
                            + " {base64: 'AQI=', subType: '80'}}, ts: {$timestamp: {t: 5, i: 6}},"
                            + " min: {$minKey: 1}, code: {$code: 'x'}}, {_id: 2.5}]}");

    @TempDir private Path folder;

    @BeforeEach
    void needsAServer() {
        assumeTrue(
                URI != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
    }

    @Test
    void comeBackAsTheServerDescribedThemTwice() throws IOException {
        try (MongoClient client = MongoClients.create(URI)) {
            empty(client);
            MongoDatabase database = client.getDatabase(DATABASE);
            KINDS.forEach(command -> database.runCommand(Document.parse(command)));
            DOCUMENTS.forEach(command -> database.runCommand(Document.parse(command)));
            for (int i = 0; i < 9; i++) {
                database.getCollection("capped").insertOne(new Document("_id", 9 - i));
            }
            Path dump = folder.resolve("dump");
            Map<String, String> there = describe(database);
            dump(database, dump);
            database.drop();

            done("import", "one", "--dump=" + dump, "--no-timeline");
            restore("one");
            assertThat(describe(database)).isEqualTo(there);
            database.drop();

            done("export", "one", "--out=" + folder.resolve("out"));
            requireSameFiles(dump, folder.resolve("out"));
            done("import", "two", "--dump=" + folder.resolve("out"), "--no-timeline");
            restore("two");
            assertThat(describe(database)).isEqualTo(there);
            database.drop();
        }
    }

    /** Other tests may have left something. */
    private static void empty(MongoClient client) {
        for (String name : client.listDatabaseNames()) {
            if (!name.equals("admin") && !name.equals("local")) {
                MongoDatabase database = client.getDatabase(name);
                database.listCollectionNames().forEach(c -> database.getCollection(c).drop());
            }
        }
    }

    /** As mongodump writes it: what listCollections, listIndexes and find answer. */
    private static void dump(MongoDatabase database, Path dump) {
        for (BsonDocument told : database.listCollections(BsonDocument.class)) {
            String name = told.getString("name").getValue();
            if (name.equals("system.views")) {
                continue;
            }
            BsonDocument info = told.getDocument("info");
            BsonDocument metadata = new BsonDocument();
            if (!told.getDocument("options").isEmpty()) {
                metadata.put("options", told.get("options"));
            }
            boolean view = told.getString("type").getValue().equals("view");
            metadata.put(
                    "indexes",
                    view
                            ? new BsonArray()
                            : new BsonArray(
                                    database.getCollection(name)
                                            .listIndexes(BsonDocument.class)
                                            .into(new ArrayList<>())));
            if (info.containsKey("uuid")) {
                byte[] uuid = info.getBinary("uuid").getData();
                metadata.put("uuid", new BsonString(HexFormat.of().formatHex(uuid)));
            }
            metadata.append("collectionName", new BsonString(name))
                    .append("type", told.get("type"));
            Path file = dump.resolve(DATABASE).resolve(DumpNames.file(name));
            DumpFiles.write(
                    Path.of(file + ".metadata.json"),
                    metadata.toJson(CANONICAL)
                            .replace("\": ", "\":")
                            .getBytes(StandardCharsets.UTF_8));
            if (!view) {
                DumpFiles.write(
                        Path.of(file + ".bson"),
                        database.getCollection(name, BsonDocument.class)
                                .find()
                                .into(new ArrayList<>())
                                .toArray(BsonDocument[]::new));
            }
        }
        DumpFiles.write(dump.resolve("oplog.bson"), DumpFiles.noop(10, 1), DumpFiles.noop(12, 1));
    }

    /** Options, indexes and documents in their order, by collection. */
    private static Map<String, String> describe(MongoDatabase database) {
        Map<String, String> found = new TreeMap<>();
        for (BsonDocument told : database.listCollections(BsonDocument.class)) {
            String name = told.getString("name").getValue();
            List<BsonDocument> indexes =
                    told.getString("type").getValue().equals("view")
                            ? List.of()
                            : database.getCollection(name)
                                    .listIndexes(BsonDocument.class)
                                    .into(new ArrayList<>());
            List<BsonDocument> sorted = new ArrayList<>(indexes);
            // What expires documents is built last.
            sorted.sort(Comparator.comparing(index -> index.getString("name").getValue()));
            List<BsonDocument> documents =
                    database.getCollection(name, BsonDocument.class).find().into(new ArrayList<>());
            found.put(name, told.get("options") + "\n" + sorted + "\n" + documents);
        }
        return found;
    }

    private static void requireSameFiles(Path dump, Path out) throws IOException {
        try (Stream<Path> files = Files.walk(dump)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path exported = out.resolve(dump.relativize(file).toString());
                if (file.toString().endsWith(".json")) {
                    assertThat(json(exported)).as("%s", exported).isEqualTo(json(file));
                } else {
                    assertThat(exported).hasSameBinaryContentAs(file);
                }
            }
        }
    }

    /** Fields in their order; numbers by type. */
    private static String json(Path file) throws IOException {
        BsonDocument parsed = BsonDocument.parse(Files.readString(file));
        assertThat(parsed.get("uuid", new BsonString("")).getBsonType()).isEqualTo(BsonType.STRING);
        return parsed.toJson(CANONICAL);
    }

    private void restore(String bucket) {
        CommandRun run =
                CommandRun.of(
                        "restore",
                        "--cluster=c",
                        "--bucket=file:" + folder.resolve(bucket),
                        "--to=12:1",
                        "--target=rs0=" + URI);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    private void done(String verb, String bucket, String... further) {
        CommandRun run =
                CommandRun.of(
                        Stream.concat(
                                        Stream.of(
                                                verb,
                                                "--cluster=c",
                                                "--bucket=file:" + folder.resolve(bucket),
                                                "--replica-set=rs0"),
                                        Stream.of(further))
                                .toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }
}
