package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time-series collections come back as such: buckets, view, options, and measurements. */
final class TimeSeriesTest {
    private static final long BEGIN = 1_790_000_000_000L;
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"V5_0, rs0", "V8_0, rs0", "V8_0, merged"})
    void comeBackInASimulatedServer(ServerVersion version, String place) {
        try (SimulatedReplicaSet source = start("source", version);
                SimulatedReplicaSet target = start("target", version);
                TestArchive archive = new TestArchive(folder)) {
            List<OplogEntry> oplog = write(source);

            RestoreReport report = restore(archive, oplog, Map.of(place, target.uri()));

            assertThat(report.problems()).isEmpty();
            assertThat(measurements(target.uri())).isEqualTo(measurements(source.uri()));
            assertThat(measurements(target.uri())).hasSize(40);
            assertThat(options(target.uri())).isEqualTo(options(source.uri()));
        }
    }

    @Test
    void comeBackInARealServerOrAreRefusedWhereItHasNoBuckets() {
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty(uri);
        try (SimulatedReplicaSet source = start("source", ServerVersion.V8_0);
                TestArchive archive = new TestArchive(folder)) {
            List<OplogEntry> oplog = write(source);

            if (keepsBuckets(uri)) {
                assertThat(restore(archive, oplog, Map.of("rs0", uri)).problems()).isEmpty();
                assertThat(measurements(uri)).isEqualTo(measurements(source.uri()));
            } else {
                assertThatThrownBy(() -> restore(archive, oplog, Map.of("rs0", uri)))
                        .isInstanceOf(RestoreException.TargetRefused.class)
                        .hasMessageContaining("in another form than the source");
            }
        }
        empty(uri);
    }

    private static SimulatedReplicaSet start(String name, ServerVersion version) {
        return SimulatedReplicaSet.builder(name).version(version).manualTicks().start();
    }

    private static List<OplogEntry> write(SimulatedReplicaSet source) {
        try (MongoClient client = MongoClients.create(source.uri())) {
            MongoDatabase database = client.getDatabase("plant");
            database.runCommand(
                    Document.parse(
                            "{create: 'heat', timeseries: {timeField: 'at', metaField: 'sensor',"
                                    + " granularity: 'minutes'}}"));
            for (int i = 0; i < 40; i++) {
                database.getCollection("heat")
                        .insertOne(
                                new Document("_id", i)
                                        .append("at", new Date(BEGIN + i * 90_000L))
                                        .append("sensor", "s" + i % 3)
                                        .append("degrees", 20 + i / 7.0));
            }
        }
        return source.oplog().stream().map(e -> OplogEntry.of(BsonFiles.raw(e))).toList();
    }

    private static RestoreReport restore(
            TestArchive archive, List<OplogEntry> oplog, Map<String, String> targets) {
        archive.slices(
                "rs0",
                ReplicaSetRole.shard("rs0"),
                io.tidemark.schemas.model.ClusterTime.ZERO,
                oplog);
        return Restore.run(
                new RestoreRequest(
                        archive.store(),
                        TestArchive.CLUSTER,
                        oplog.get(oplog.size() - 1).clusterTime(),
                        targets),
                RestoreProgress.silent());
    }

    private static List<Document> measurements(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            return client.getDatabase("plant")
                    .getCollection("heat")
                    .find()
                    .sort(new Document("_id", 1))
                    .into(new ArrayList<>());
        }
    }

    private static Document options(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            return client.getDatabase("plant").listCollections().into(new ArrayList<>()).stream()
                    .filter(c -> c.getString("name").equals("heat"))
                    .findFirst()
                    .orElseThrow()
                    .get("options", Document.class);
        }
    }

    private static boolean keepsBuckets(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            MongoDatabase database = client.getDatabase("plant");
            database.runCommand(Document.parse("{create: 'probe', timeseries: {timeField: 'at'}}"));
            boolean buckets =
                    database.listCollectionNames()
                            .into(new ArrayList<>())
                            .contains("system.buckets.probe");
            database.drop();
            return buckets;
        }
    }

    private static void empty(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            client.getDatabase("plant").drop();
            client.getDatabase("tidemark_restore").drop();
        }
    }
}
