package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.demo.Comparison;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Workload;
import io.tidemark.schemas.model.ClusterTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * From {@code tidemark snapshot} over agents to a restored cluster. In the order of one cluster's
 * life, as its servers take seconds to start.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SnapshotCommandTest {
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_129L);
    @TempDir private static Path folder;
    private static BackedUpCluster cluster;
    private static Workload workload;
    private static String scheduled;
    private static String cancelled;
    private static final List<AutoCloseable> AGENTS = new ArrayList<>();

    @BeforeAll
    static void start() {
        System.out.println("seed " + SEED);
        cluster = new BackedUpCluster(folder, SEED);
        workload = new Workload(cluster.source, SEED);
        workload.prepare();
        workload.run(300);
        // One left prepared, with nobody to decide it, would hold up reads for their 20 s.
        workload.settle();
        // What was before capture began is nowhere but in the base.
        cluster.source
                .replicaSets()
                .values()
                .forEach(set -> set.truncateOplogBefore(set.oplog().get(20).getTimestamp("ts")));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    @Order(1)
    void withoutAnAgentNothingAnswers() {
        CommandRun run = cluster.run("snapshot", "--json", "--patience=2");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.json().at("/error/message").asText()).contains("setting 'bucket'");
    }

    @Test
    @Order(2)
    void agentsThatAreUnsuitableSayWhy() throws Exception {
        Map<String, String> settings = cluster.settings();
        settings.put("operation.member", "nowhere:27018");
        try (AutoCloseable agent = cluster.startAgent("stranger", settings)) {
            CommandRun run = awaitStranger();

            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(run.json().at("/error/message").asText())
                    .contains("stranger")
                    .contains("nowhere:27018 does not belong to the replica set");
        }
    }

    /** The first agent makes the topics, and answers when it has looked around. */
    private static CommandRun awaitStranger() throws InterruptedException {
        CommandRun last = cluster.run("snapshot", "--json", "--patience=4");
        for (int i = 0; i < 300 && !last.out().contains("does not belong"); i++) {
            Thread.sleep(200);
            last = cluster.run("snapshot", "--json", "--patience=4");
        }
        return last;
    }

    @Test
    @Order(3)
    void agentsMakeUpForTheDueSnapshotThatWasMissedOnce() throws Exception {
        Map<String, String> settings = cluster.settings();
        settings.put("snapshot.schedule", BackedUpCluster.SCHEDULE);
        settings.put("retention.bases", "1");
        AGENTS.add(cluster.startAgent("a", settings));
        AGENTS.add(cluster.startAgent("b", settings));
        cluster.startSink();

        JsonNode operation = cluster.awaitOperation("scheduled-");

        scheduled = operation.get("id").asText();
        assertThat(scheduled)
                .matches("scheduled-\\d{8}T%02d0000Z".formatted(BackedUpCluster.DUE_HOUR));
        assertThat(operation.get("phase").asText()).isEqualTo("done");
        assertThat(operation.get("facts").has("pruneProblem")).isFalse();
        assertThat(bases()).contains(scheduled);
    }

    @Test
    @Order(4)
    void aSnapshotOfTheWholeClusterUnderLoadServesRestores() throws Exception {
        CommandRun run;
        try (Load load = new Load(workload)) {
            run = cluster.run("snapshot", "--wait", "--json", "--patience=180");
            assertThat(load.steps).as("the cluster went on").isPositive();
        }

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = run.json();
        assertThat(json.get("phase").asText()).isEqualTo("done");
        assertThat(json.get("replicaSets")).hasSize(3);
        json.get("replicaSets")
                .forEach(set -> assertThat(set.get("phase").asText()).isEqualTo("done"));
        assertThat(json.at("/facts/documents").asLong()).isPositive();
        ClusterTime usable = ClusterTime.parse(json.at("/facts/usableFrom").asText()).orElseThrow();
        assertThat(run.err()).contains("restores can begin with it");

        requireStatus(json.get("id").asText(), usable);
        workload.run(100);
        workload.settle();
    }

    private void requireStatus(String id, ClusterTime usable) {
        CommandRun run = cluster.run("status", "--json", "--bucket=" + cluster.bucketUri());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode status = run.json();
        assertThat(ClusterTime.parse(status.get("lastBase").asText()).orElseThrow())
                .isGreaterThanOrEqualTo(usable);
        List<String> ids = new ArrayList<>();
        status.get("operations").forEach(operation -> ids.add(operation.get("id").asText()));
        assertThat(ids).contains(id);
        assertThat(run.err()).contains("snapshot " + id + ": done");
    }

    @Test
    @Order(6)
    void whatIsRestoredOverTheSnapshotEqualsTheOracle() throws Exception {
        requireRestored(ClusterTime.of(cluster.source.noopEverywhere()));
    }

    private static void requireRestored(ClusterTime to) throws Exception {
        cluster.awaitArchived(to);
        try (SimulatedCluster target =
                SimulatedCluster.builder().seed(SEED + 1).shards(2).start()) {
            CommandRun run = cluster.restore(target, to);

            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
            Comparison comparison = new Comparison(cluster.source.oracle(), to);
            comparison.compare(target);
            assertThat(comparison.differences()).as("seed %d", SEED).isEmpty();
            assertThat(comparison.documents()).isGreaterThan(50);
        }
    }

    @Test
    @Order(5)
    void aSecondOperationIsRefusedWithWhoHoldsTheLock() throws Exception {
        CommandRun slow =
                cluster.run("snapshot", "--json", "--patience=180", "--max-mib-per-second=0.0005");
        assertThat(slow.exitCode()).as(slow.err()).isEqualTo(ExitCode.DONE);
        String id = slow.json().get("id").asText();

        CommandRun second = cluster.run("snapshot", "--wait", "--json", "--patience=180");

        assertThat(second.exitCode()).as(second.err()).isEqualTo(ExitCode.LOCKED);
        assertThat(second.json().at("/error/message").asText())
                .contains("snapshot " + id)
                .contains("since 20");
        CommandRun prune =
                CommandRun.of(
                        "prune",
                        "--json",
                        "--cluster=" + BackedUpCluster.NAME,
                        "--bucket=" + cluster.bucketUri(),
                        "--source-uri=" + cluster.source.config().uri());
        assertThat(prune.exitCode()).as(prune.err()).isEqualTo(ExitCode.LOCKED);
        assertThat(prune.json().at("/error/message").asText()).contains("snapshot " + id);
        awaitObjects(id);
        CommandRun end = cancel(id);
        assertThat(end.exitCode()).as(end.err()).isEqualTo(ExitCode.DONE);
        assertThat(end.json().get("phase").asText()).isEqualTo("cancelled");
        cancelled = id;
    }

    /** A command that does not hear of an operation for five seconds says that there is none. */
    private static CommandRun cancel(String id) {
        CommandRun end = cluster.run("snapshot", "--json", "--patience=180", "--cancel=" + id);
        for (int i = 0; i < 20 && end.exitCode() == ExitCode.USAGE; i++) {
            end = cluster.run("snapshot", "--json", "--patience=180", "--cancel=" + id);
        }
        return end;
    }

    private static void awaitObjects(String snapshot) throws InterruptedException {
        for (int i = 0; i < 4_000 && cluster.keys("/base/" + snapshot + "/").isEmpty(); i++) {
            Thread.sleep(100);
        }
        assertThat(cluster.keys("/base/" + snapshot + "/")).isNotEmpty();
    }

    @Test
    @Order(7)
    void whatRetentionNoLongerKeepsGoesAfterTheNextSnapshot() {
        CommandRun run = cluster.run("snapshot", "--wait", "--json", "--patience=180");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode facts = run.json().get("facts");
        assertThat(facts.has("pruneProblem")).as(facts.toString()).isFalse();
        // After the last snapshot or after this one: as soon as the archive had come to the end of
        // the base between them.
        assertThat(bases()).doesNotContain(scheduled).contains(run.json().get("id").asText());
        CommandRun status = cluster.run("status", "--json", "--bucket=" + cluster.bucketUri());
        assertThat(status.json().get("lastBase").asText())
                .as("the base just taken stays, though the archive has not come to its end")
                .isEqualTo(facts.get("usableFrom").asText());
        assertThat(cluster.keys("/base/" + cancelled + "/"))
                .as("what a cancelled snapshot left")
                .isEmpty();
    }

    @Test
    @Order(8)
    void pruneWithKafkaNamedTellsWhichBasesAreGone() throws Exception {
        cluster.awaitArchived(ClusterTime.of(cluster.source.noopEverywhere()));
        // As if it had been pruned without Kafka.
        cluster.tellOfBase("gone-before");
        assertThat(cluster.knownBases().ids()).contains("gone-before");

        CommandRun run =
                cluster.run(
                        "prune",
                        "--json",
                        "--keep-bases=1",
                        "--bucket=" + cluster.bucketUri(),
                        "--source-uri=" + cluster.source.config().uri());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(cluster.knownBases().ids()).isEqualTo(cluster.snapshotsInBucket()).isNotEmpty();
    }

    @Test
    @Order(9)
    void agentsTakeABaseByThemselvesAfterAShardWasAddedOrRemovedOrACollectionDistributedAnew()
            throws Exception {
        workload.settle();
        cluster.startStreams();
        try (AskedBases asked = new AskedBases(cluster)) {
            String[] added = new String[1];
            assertThat(asked.after("addShard", () -> added[0] = cluster.source.addShard()))
                    .containsExactlyInAnyOrder("config", "rs0", "rs1", "rs2");
            assertThat(asked.after("removeShard", () -> AskedBases.drain(cluster, added[0])))
                    .containsExactlyInAnyOrder("config", "rs0", "rs1");
            assertThat(asked.after("reshardCollection", () -> AskedBases.reshard(cluster)))
                    .containsExactlyInAnyOrder("config", "rs0", "rs1");
        }
    }

    @Test
    @Order(10)
    void agentsTakeABaseByThemselvesAfterAGapAndTimesBehindItCanBeRestored() throws Exception {
        for (AutoCloseable agent : AGENTS) {
            agent.close();
        }
        workload.run(50);
        workload.settle();
        cluster.source.noopEverywhere();
        SimulatedReplicaSet rolled = cluster.source.shards().get("shard0");
        List<RawBsonDocument> oplog = rolled.oplog();
        rolled.truncateOplogBefore(oplog.get(oplog.size() - 1).getTimestamp("ts"));
        Map<String, String> settings = cluster.settings();
        settings.put("gap.patience", "1s");
        cluster.startAgent("c", settings);
        await().atMost(Duration.ofMinutes(5)).until(() -> !cluster.keys(".gap").isEmpty());

        try (AskedBases asked = new AskedBases(cluster)) {
            assertThat(asked.taken("gap")).containsExactlyInAnyOrder("config", "rs0", "rs1");
        }

        workload.run(30);
        workload.settle();
        ClusterTime to = ClusterTime.of(cluster.source.noopEverywhere());
        cluster.awaitArchived(to);
        // The sink stores the timeline once a minute: it may not tell yet that rs2 has left.
        CommandRun rebuilt =
                CommandRun.of(
                        "windows",
                        "--rebuild",
                        "--cluster=" + BackedUpCluster.NAME,
                        "--bucket=" + cluster.bucketUri());
        assertThat(rebuilt.exitCode()).as(rebuilt.err()).isEqualTo(ExitCode.DONE);
        requireRestored(to);
    }

    /** What prune says of every base. */
    private static String bases() {
        CommandRun run =
                CommandRun.of(
                        "prune",
                        "--dry-run",
                        "--keep-bases=1",
                        "--cluster=" + BackedUpCluster.NAME,
                        "--bucket=" + cluster.bucketUri());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run.out();
    }
}
