package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.merge.Selection;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recorded backup of a real cluster, restored over the wire by the real driver. */
final class RestoreIntoServersTest {
    private static final List<String> SETS = List.of("cfg", "rs1", "rs2");
    @TempDir Path folder;
    private final List<SimulatedReplicaSet> simulated = new ArrayList<>();

    @AfterEach
    void stop() {
        simulated.forEach(SimulatedReplicaSet::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1644243375:4", "1644243375:5", "1644243375:7", "1644243413:1"})
    void restoresIntoSimulatedReplicaSets(String to) {
        restoresInto(simulatedTargets(), to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1644243375:4", "1644243375:5", "1644243375:7", "1644243413:1"})
    void restoresIntoRealEngines(String to) {
        restoresInto(realTargets(), to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1644243375:4", "1644243375:5", "1644243413:1"})
    void restoresALoneReplicaSetIntoARealEngine(String to) {
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty(uri);

        RestoreReport report;
        try (TestArchive archive = new TestArchive(folder)) {
            RealClusterArchive.importShard(archive);
            report = restore(archive, Map.of("rs1", uri), to);
        }

        assertThat(report.verified()).isTrue();
        assertThat(indexes(uri))
                .isEqualTo(
                        to.endsWith(":4")
                                ? List.of(0, 1, 2, 3, 4, 5, 24, 25, 34, 35)
                                : List.of(0, 1, 2, 3, 4, 5, 24, 25));
        empty(uri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1644243375:4", "1644243375:5"})
    void restoresAllShardsIntoOneRealEngine(String to) {
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty(uri);

        RestoreReport report = restore(Map.of(RestoreRequest.MERGED, uri), to);

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        assertThat(indexes(uri))
                .isEqualTo(
                        to.endsWith(":4")
                                ? List.of(0, 1, 2, 3, 4, 5, 24, 25, 34, 35, 195, 196, 295, 296)
                                : List.of(0, 1, 2, 3, 4, 5, 24, 25, 195, 196));
        assertThat(databases(uri)).doesNotContain("tidemark_restore");
        requireReplacedAndKept(uri, to);
        empty(uri);
    }

    private void requireReplacedAndKept(String uri, String to) {
        List<Document> before = documents(uri, "trx", "test");
        try (MongoClient client = MongoClients.create(uri);
                TestArchive archive = new TestArchive(folder.resolve("again"))) {
            client.getDatabase("trx").getCollection("test").insertOne(new Document("idx", 999));
            RealClusterArchive.importInto(archive);
            Placement again =
                    new Placement(
                            Map.of(),
                            Map.of(),
                            List.of(Selection.parse("trx.test", Optional.empty())),
                            new Replacement(Set.of("trx"), true));
            RestoreReport report =
                    Restore.run(
                            new RestoreRequest(
                                    archive.store(),
                                    FrameKeys.NONE,
                                    TestArchive.CLUSTER,
                                    ClusterTime.parse(to).orElseThrow(),
                                    Map.of(RestoreRequest.MERGED, uri),
                                    RestoreOptions.defaults(),
                                    Safety.DEFAULT,
                                    again),
                            RestoreProgress.silent());

            assertThat(documents(uri, "trx", "test")).containsExactlyInAnyOrderElementsOf(before);
            String way = report.rollback().get(0);
            String command = way.substring(way.indexOf("runCommand(") + 11, way.length() - 1);
            client.getDatabase("admin").runCommand(Document.parse(command));
            assertThat(indexes(uri)).contains(999);
        }
    }

    @BeforeEach
    void needsTheRecordedData() {
        RealClusterArchive.requireRecorded();
    }

    @Test
    void refusesATargetThatHoldsDataAndWritesNothing() {
        Map<String, String> targets = simulatedTargets();
        try (MongoClient client = MongoClients.create(targets.get("rs2"))) {
            client.getDatabase("shop").getCollection("orders").insertOne(new Document("a", 1));
        }

        assertThatThrownBy(() -> restore(targets, "1644243375:5"))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it holds data: 1 collection, such as shop.orders");
        assertThat(documents(targets.get("rs1"), "trx", "test")).isEmpty();
        assertThat(databases(targets.get("rs1"))).doesNotContain("trx", "tidemark_restore");
    }

    @Test
    void refusesATargetThatAnEarlierRestoreLeftHalfDone() {
        Map<String, String> targets = simulatedTargets();
        try (RestoreTarget half =
                new io.tidemark.restore.target.MongoTarget(
                        targets.get("rs1"), RestoreOptions.defaults())) {
            half.mark(
                    BsonFiles.json("{_id: 'restore', description: 'of cluster shop to 1:1'}"),
                    Optional.empty());
        }

        assertThatThrownBy(() -> restore(targets, "1644243375:5"))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("an earlier restore (of cluster shop to 1:1) began here");
    }

    private void restoresInto(Map<String, String> targets, String to) {
        RestoreReport report = restore(targets, to);

        boolean before = to.equals("1644243375:4");
        assertThat(report.verified()).isTrue();
        assertThat(indexes(targets.get("rs1")))
                .isEqualTo(
                        before
                                ? List.of(0, 1, 2, 3, 4, 5, 24, 25, 34, 35)
                                : List.of(0, 1, 2, 3, 4, 5, 24, 25));
        assertThat(indexes(targets.get("rs2")))
                .isEqualTo(before ? List.of(195, 196, 295, 296) : List.of(195, 196));
        assertThat(documents(targets.get("cfg"), "config", "chunks")).hasSize(4);
        assertThat(databases(targets.get("cfg"))).doesNotContain("tidemark_restore");
    }

    private RestoreReport restore(Map<String, String> targets, String to) {
        try (TestArchive archive = new TestArchive(folder)) {
            RealClusterArchive.importInto(archive);
            return restore(archive, targets, to);
        }
    }

    private static RestoreReport restore(
            TestArchive archive, Map<String, String> targets, String to) {
        return Restore.run(
                new RestoreRequest(
                        archive.store(),
                        TestArchive.CLUSTER,
                        ClusterTime.parse(to).orElseThrow(),
                        targets),
                RestoreProgress.silent());
    }

    private Map<String, String> simulatedTargets() {
        Map<String, String> targets = new TreeMap<>();
        for (String set : SETS) {
            SimulatedReplicaSet target = SimulatedReplicaSet.builder("target-" + set).start();
            simulated.add(target);
            targets.put(set, target.uri());
        }
        return targets;
    }

    /** Three lone servers; what an earlier test restored into them is removed. */
    private static Map<String, String> realTargets() {
        String uris = Optional.ofNullable(System.getenv("TIDEMARK_TEST_MONGO_3")).orElse("");
        assumeTrue(
                uris.split(" ").length == 3,
                "needs three empty MongoDB servers: set TIDEMARK_TEST_MONGO_3 to three connection"
                        + " strings with a space between them");
        Map<String, String> targets = new TreeMap<>();
        for (int i = 0; i < SETS.size(); i++) {
            targets.put(SETS.get(i), uris.split(" ")[i]);
        }
        targets.values().forEach(RestoreIntoServersTest::empty);
        return targets;
    }

    private static void empty(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            for (String database : List.of("trx", "config", "tidemark_restore")) {
                for (String collection : client.getDatabase(database).listCollectionNames()) {
                    client.getDatabase(database).getCollection(collection).drop();
                }
            }
        }
    }

    private static List<Integer> indexes(String uri) {
        return documents(uri, "trx", "test").stream()
                .map(document -> document.get("idx", Number.class).intValue())
                .sorted()
                .toList();
    }

    private static List<Document> documents(String uri, String database, String collection) {
        try (MongoClient client = MongoClients.create(uri)) {
            return client.getDatabase(database)
                    .getCollection(collection)
                    .find()
                    .into(new ArrayList<>());
        }
    }

    private static List<String> databases(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            return client.listDatabaseNames().into(new ArrayList<>());
        }
    }
}
