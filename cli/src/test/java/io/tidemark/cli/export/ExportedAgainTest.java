package io.tidemark.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.EmptyTargets;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.dump.DumpFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of mongodump, imported, exported, imported again, and restored into a server. */
class ExportedAgainTest {
    private static final BsonDocument USER =
            BsonDocument.parse(
                    """
                    {_id: 'admin.app', user: 'app', db: 'admin',
                     credentials: {'SCRAM-SHA-256': {iterationCount: 15000, salt: 'c2FsdA==',
                      storedKey: 'a2V5', serverKey: 'a2V5'}},
                     roles: [{role: 'readWrite', db: 'shop'}]}
                    """);
    private static final BsonDocument ROLE =
            BsonDocument.parse(
                    "{_id: 'shop.clerk', role: 'clerk', db: 'shop', privileges: [], roles: []}");
    private static final BsonDocument BUCKET =
            BsonDocument.parse(
                    """
                    {_id: {$oid: '65a000000000000000000001'},
                     control: {version: 1, min: {t: {$date: '2024-01-11T00:00:00Z'}, c: 1.5},
                      max: {t: {$date: '2024-01-11T00:00:05Z'}, c: 2.5}},
                     meta: 'north',
                     data: {t: {'0': {$date: '2024-01-11T00:00:05Z'}}, c: {'0': 2.5}}}
                    """);
    private static final String PLAIN =
            "{'indexes': [{'v': 2, 'key': {'_id': 1}, 'name': '_id_'}], 'type': 'collection'}";
    private static final String SERIES =
            "{'options': {'timeseries': {'timeField': 't', 'metaField': 'm', 'granularity':"
                    + " 'seconds', 'bucketMaxSpanSeconds': 3600}}, 'indexes': [{'v': 2, 'key':"
                    + " {'m': 1, 't': 1}, 'name': 'm_1_t_1'}], 'type': 'timeseries'}";
    private static final String VIEW =
            "{'options': {'viewOn': 'orders', 'pipeline': [{'$match': {'paid': true}}]}, 'type':"
                    + " 'view'}";

    @TempDir private Path folder;

    @Test
    void accountsTimeSeriesAndViewsComeBack() {
        dump();
        done("import", "one", "--dump=" + folder.resolve("dump"));
        done("export", "one", "--gzip", "--out=" + folder.resolve("out"));
        done("import", "two", "--dump=" + folder.resolve("out"));

        try (EmptyTargets targets = new EmptyTargets()) {
            targets.start(List.of("rs0"));
            CommandRun restored =
                    CommandRun.of(
                            targets.words(
                                            "restore",
                                            "--json",
                                            "--cluster=c",
                                            "--bucket=file:" + folder.resolve("two"),
                                            "--to=12:1")
                                    .toArray(String[]::new));
            assertThat(restored.exitCode()).as(restored.err()).isEqualTo(ExitCode.DONE);
            try (MongoClient client = MongoClients.create(targets.all().get("rs0").uri())) {
                requireAccounts(client.getDatabase("admin"));
                requireShop(client.getDatabase("shop"));
            }
        }
    }

    private static void requireAccounts(MongoDatabase admin) {
        assertThat(admin.getCollection("system.users", BsonDocument.class).find())
                .containsExactly(USER);
        assertThat(admin.getCollection("system.roles", BsonDocument.class).find())
                .containsExactly(ROLE);
    }

    private static void requireShop(MongoDatabase shop) {
        assertThat(shop.getCollection("system.buckets.weather", BsonDocument.class).find())
                .containsExactly(BUCKET);
        Document weather = only(shop, "weather");
        assertThat(weather.get("type")).isEqualTo("timeseries");
        assertThat(weather.getEmbedded(List.of("options", "timeseries", "metaField"), ""))
                .isEqualTo("m");
        assertThat(shop.getCollection("system.buckets.weather").listIndexes())
                .anyMatch(
                        index ->
                                index.get("key")
                                        .equals(
                                                new Document("meta", 1)
                                                        .append("control.min.t", 1)
                                                        .append("control.max.t", 1)));
        assertThat(only(shop, "paid").getEmbedded(List.of("options", "viewOn"), ""))
                .isEqualTo("orders");
    }

    private static Document only(MongoDatabase database, String name) {
        return database.listCollections().filter(new Document("name", name)).first();
    }

    private void dump() {
        Path dump = folder.resolve("dump");
        DumpFiles.write(dump.resolve("admin/system.users.bson"), USER);
        text(dump.resolve("admin/system.users.metadata.json"), PLAIN);
        DumpFiles.write(dump.resolve("admin/system.roles.bson"), ROLE);
        text(dump.resolve("admin/system.roles.metadata.json"), PLAIN);
        DumpFiles.write(dump.resolve("shop/orders.bson"), BsonDocument.parse("{_id: 1}"));
        text(dump.resolve("shop/orders.metadata.json"), PLAIN);
        DumpFiles.write(dump.resolve("shop/system.buckets.weather.bson"), BUCKET);
        text(dump.resolve("shop/weather.metadata.json"), SERIES);
        text(dump.resolve("shop/paid.metadata.json"), VIEW);
        DumpFiles.write(dump.resolve("oplog.bson"), DumpFiles.noop(10, 1), DumpFiles.noop(12, 1));
    }

    private static void text(Path file, String json) {
        DumpFiles.write(file, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private void done(String verb, String bucket, String... further) {
        List<String> words =
                new java.util.ArrayList<>(
                        List.of(
                                verb,
                                "--json",
                                "--cluster=c",
                                "--replica-set=rs0",
                                "--bucket=file:" + folder.resolve(bucket)));
        words.addAll(List.of(further));
        CommandRun run = CommandRun.of(words.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }
}
