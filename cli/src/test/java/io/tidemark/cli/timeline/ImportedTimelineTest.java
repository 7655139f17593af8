package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.window.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The import that makes the cluster complete stores its timeline; none before it does. */
class ImportedTimelineTest {
    private static final RestoreWindow ALWAYS =
            new RestoreWindow(ClusterTime.ZERO, ClusterTime.MAX);
    @TempDir private Path folder;

    @Test
    void theLastReplicaSetOfASimulatedClusterBringsTheTimeline() throws IOException {
        try (ImportedCluster archive = aClusterThatLostItsOrders()) {
            Map<String, SimulatedReplicaSet> sets = archive.cluster.replicaSets();
            SimulatedReplicaSet config = configServers(archive);

            JsonNode alone = imports(archive, sets.get("rs0"));
            assertThat(alone.get("complete").asBoolean()).isFalse();
            assertThat(alone.at("/words/0").asText())
                    .contains("no config servers")
                    .contains("--config-server")
                    .contains("windows --rebuild");
            JsonNode incomplete = imports(archive, config);
            assertThat(incomplete.get("complete").asBoolean()).isFalse();
            assertThat(incomplete.get("watermark").isNull()).isTrue();
            assertThat(incomplete.at("/missing/0").asText()).isEqualTo("rs1");
            assertThat(incomplete.at("/words/0").asText()).contains("shard1 (replica set rs1)");
            assertThat(timelineObjects()).isEmpty();

            JsonNode whole = imports(archive, sets.get("rs1"));
            assertThat(whole.get("complete").asBoolean()).as(whole.toString()).isTrue();
            assertThat(whole.get("missing")).isEmpty();
            assertStoredIsComputed("sim", archive::verb);
            assertThat(done(archive.verb("windows")).json().get("watermark"))
                    .isEqualTo(whole.get("watermark"));
            JsonNode plan = done(archive.verb("plan", "--before-drop", "shop.orders")).json();
            assertThat(plan.get("timeline").asText()).isEqualTo("stored");
        }
    }

    @Test
    void theSameImportAgainChangesNothingAndALaterOneGoesOn() throws IOException {
        try (ImportedCluster archive = aClusterThatLostItsOrders()) {
            importAll(archive);
            Map<Path, byte[]> before = timelineObjects();
            assertThat(before).isNotEmpty();
            importAll(archive);
            assertThat(timelineObjects().keySet()).isEqualTo(before.keySet());
            String first = done(archive.verb("windows")).json().get("watermark").asText();

            archive.run("shop", "{insert: 'later', documents: [{_id: 1}]}");
            archive.pause(10);
            importAll(archive);

            assertStoredIsComputed("sim", archive::verb);
            String second = done(archive.verb("windows")).json().get("watermark").asText();
            assertThat(time(second)).isGreaterThan(time(first));
            before.forEach((path, bytes) -> assertThat(path).exists().hasBinaryContent(bytes));
        }
    }

    @Test
    void theLastReplicaSetOfARealBackupBringsTheTimeline() throws IOException {
        RealBackup backup = RealBackup.in(folder);
        for (String set : List.of("rs1", "cfg")) {
            CommandRun run = done(backup.imports(set, backup.oplogs(set)));
            assertThat(run.json().at("/timeline/complete").asBoolean()).isFalse();
            assertThat(run.err()).contains("No timeline was stored");
        }
        assertThat(timelineObjects()).isEmpty();

        CommandRun last = done(backup.imports("rs2", backup.oplogs("rs2")));

        assertThat(last.json().at("/timeline/watermark").asText()).isEqualTo("1644243443:1");
        assertStoredIsComputed("pbm", words -> verb(backup, words));
    }

    /** By verb and by the library, for windows, events, and times around each boundary. */
    private void assertStoredIsComputed(
            String cluster, java.util.function.Function<String[], CommandRun> verb) {
        try (ObjectStore store = BucketUri.parse("file:" + folder.resolve("bucket")).open()) {
            TimelineLookup lookup =
                    new TimelineLookup(store, FrameKeys.NONE, new ClusterName(cluster));
            ClusterTimeline timeline = lookup.fromArchive(entries -> {});
            BucketAnswers computed = new BucketAnswers(timeline);
            BucketAnswers stored = new BucketAnswers(lookup.stored().orElseThrow());
            assertThat(stored.events(ALWAYS, Optional.empty(), Optional.empty()))
                    .isEqualTo(computed.events(ALWAYS, Optional.empty(), Optional.empty()));
            for (Policy policy : Policy.values()) {
                ObjectNode windows = computed.windows(policy, ALWAYS);
                assertThat(stored.windows(policy, ALWAYS)).isEqualTo(windows);
                JsonNode told = answer(verb, "windows", "--policy", policy.code());
                assertThat(told).isEqualTo(windows.deepCopy().put("timeline", "stored"));
                for (ClusterTime at : boundaries(windows)) {
                    ObjectNode explained = computed.explain(at, policy);
                    JsonNode asked =
                            answer(verb, "explain", "--at", at + "", "--policy", policy.code());
                    assertThat(asked).isEqualTo(explained.put("timeline", "stored"));
                }
            }
        }
    }

    private static List<ClusterTime> boundaries(ObjectNode windows) {
        return Stream.of("windows", "unsafe")
                .flatMap(list -> windows.withArray(list).findValuesAsText("from").stream())
                .map(ImportedTimelineTest::time)
                .flatMap(at -> Stream.of(at.previous(), at))
                .distinct()
                .toList();
    }

    private static JsonNode answer(
            java.util.function.Function<String[], CommandRun> verb, String... words) {
        CommandRun run = verb.apply(words);
        assertThat(run.exitCode()).as(run.err()).isIn(ExitCode.DONE, ExitCode.NOT_RESTORABLE);
        return run.json();
    }

    private ImportedCluster aClusterThatLostItsOrders() {
        ImportedCluster archive = new ImportedCluster(folder, 5);
        archive.orders(0, 120);
        archive.pause(60);
        archive.carryOut(archive.cluster.dropCollection("shop.orders"));
        archive.pause(60);
        return archive;
    }

    private static SimulatedReplicaSet configServers(ImportedCluster archive) {
        return archive.cluster.replicaSets().values().stream()
                .filter(set -> !archive.cluster.shards().containsValue(set))
                .findFirst()
                .orElseThrow();
    }

    private static void importAll(ImportedCluster archive) throws IOException {
        for (SimulatedReplicaSet set : archive.cluster.replicaSets().values()) {
            imports(archive, set);
        }
    }

    private static JsonNode imports(ImportedCluster archive, SimulatedReplicaSet set)
            throws IOException {
        return archive.importing(set, set.oplog()).get("timeline");
    }

    private static CommandRun verb(RealBackup backup, String... words) {
        return CommandRun.of(
                Stream.concat(
                                Arrays.stream(words),
                                Stream.of("--json", "--cluster=pbm", "--bucket=" + backup.bucket()))
                        .toArray(String[]::new));
    }

    private Map<Path, byte[]> timelineObjects() throws IOException {
        Map<Path, byte[]> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder.resolve("bucket"))) {
            for (Path file : files.filter(f -> f.toString().contains("/timeline/")).toList()) {
                if (Files.isRegularFile(file)) {
                    found.put(file, Files.readAllBytes(file));
                }
            }
        }
        return found;
    }

    private static ClusterTime time(String text) {
        return ClusterTime.parse(text).orElseThrow();
    }

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }
}
