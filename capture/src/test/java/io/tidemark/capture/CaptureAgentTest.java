package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.capture.tail.TailProgress;
import io.tidemark.capture.tail.TailState;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole agents over TCP: a simulated replica set, a real Kafka, a registry. */
class CaptureAgentTest {
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");

    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir static Path directory;
    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = new Platform(directory);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureAgent started(String name, Map<String, String> settings) {
        CaptureAgent agent = platform.agent(name, settings);
        agent.start();
        return agent;
    }

    @Test
    void everyEntryArrivesOnceInOrderWithTheSameBytesAlsoOverRestarts() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start()) {
            Map<String, String> settings = platform.settings("restarts", set.uri());
            Platform.insert(set, 0, 500);
            for (int round = 1; round <= 3; round++) {
                try (CaptureAgent agent = started("a" + round, settings)) {
                    Platform.insert(set, round * 1000, 500);
                    platform.awaitSame("restarts", set);
                }
                Platform.insert(set, round * 1000 + 500, 100);
            }
            try (CaptureAgent agent = started("last", settings)) {
                platform.awaitSame("restarts", set);
            }
            assertThat(platform.records("restarts", "rs0"))
                    .filteredOn(r -> r.getKind() == RecordKind.START)
                    .singleElement()
                    .satisfies(
                            start -> {
                                assertThat(OplogRecords.role(start))
                                        .contains(ReplicaSetRole.shard("rs0"));
                                assertThat(OplogRecords.clusterTime(start))
                                        .isEqualTo(ClusterTime.ZERO);
                            });
        }
    }

    @Test
    void aNewClusterIsCapturedWithoutWaitingForTheNextLookAtItsShards() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(1).start()) {
            Map<String, String> settings = platform.settings("new", set.uri());
            Duration refresh = Duration.ofMinutes(1);
            settings.put("shards.refresh", "1m");
            Platform.insert(set, 0, 10);
            try (CaptureAgent agent = started("a", settings)) {
                await().atMost(refresh).until(() -> platform.records("new", "rs0").size() > 10);
            }
        }
    }

    @Test
    void entriesOfTheGreatestSizeArriveBetweenSmallOnes() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").newestOnly().members(1).start();
                CaptureAgent agent = started("a", platform.settings("big", set.uri()))) {
            for (int i = 0; i < 4; i++) {
                Platform.insert(set, i * 1000, 300);
                set.primary().insert("shop.scans", List.of(greatest(i)), WriteContext.plain());
            }
            platform.awaitSame("big", set);
            assertThat(set.oplog())
                    .anyMatch(entry -> entry.getByteBuffer().remaining() > 16 * 1024 * 1024);
        }
    }

    /** A document of 16 MiB, the most that a server takes; its oplog entry is larger. */
    private static BsonDocument greatest(int id) {
        int overhead = 4 + (1 + 4 + 4) + (1 + 2 + 4 + 1) + 1;
        return new BsonDocument("_id", new BsonInt32(id))
                .append("b", new BsonBinary(new byte[16 * 1024 * 1024 - overhead]));
    }

    @Test
    void aQuietShardsFrontierMovesWithTheServersNoops() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0")
                                .noopInterval(Duration.ofSeconds(1))
                                .start();
                CaptureAgent agent = started("a", platform.settings("quiet", set.uri()))) {
            await().atMost(PATIENCE).until(() -> isTailing(agent));
            for (int second = 0; second < 6; second++) {
                ClusterTime before = capturedUntil(agent);
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        capturedUntil(agent).isAfter(before)
                                                && lagSeconds(set, agent) <= 2);
            }
        }
    }

    private static long lagSeconds(SimulatedReplicaSet set, CaptureAgent agent) {
        return set.primary().clusterTime().getTime() - capturedUntil(agent).seconds();
    }

    private static boolean isTailing(CaptureAgent agent) {
        return progress(agent).filter(p -> p.state() instanceof TailState.Tailing).isPresent();
    }

    private static ClusterTime capturedUntil(CaptureAgent agent) {
        return progress(agent)
                .flatMap(TailProgress::capturedUntil)
                .map(Optime::clusterTime)
                .orElse(ClusterTime.ZERO);
    }

    /** Empty while it is not this agent's. */
    private static Optional<TailProgress> progress(CaptureAgent agent) {
        return Optional.ofNullable(agent.progress().get(RS0));
    }

    @Test
    void aFreshCutLiesBehindEveryWriteBeforeItAndIsSoonCaptured() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                CaptureAgent agent = started("a", platform.settings("cut", set.uri()))) {
            await().atMost(PATIENCE).until(() -> isTailing(agent));
            Platform.insert(set, 1, 10);
            ClusterTime written = ClusterTime.of(set.primary().lastApplied());
            ClusterTime cut = agent.freshCut();

            assertThat(cut).isGreaterThan(written);
            await().atMost(PATIENCE).until(() -> !capturedUntil(agent).isBefore(cut));
        }
    }

    @Test
    void withoutAskingNothingIsWrittenToTheSource() throws Exception {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                CaptureAgent agent = started("a", platform.settings("silent", set.uri()))) {
            Platform.insert(set, 1, 10);
            int entries = set.oplog().size();
            platform.awaitSame("silent", set);
            Thread.sleep(3_000);
            assertThat(set.oplog()).hasSize(entries);
        }
    }

    @Test
    void aStopCommitsWhatWasReadAndTellsIt() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").start()) {
            Map<String, String> settings = platform.settings("stop", set.uri());
            settings.put("commit.interval", "10s");
            settings.put("commit.entries", "1000000");
            CaptureAgent agent = started("a", settings);
            await().atMost(PATIENCE).until(() -> isTailing(agent));
            Platform.insert(set, 1, 2000);
            awaitSent("stop", set);
            agent.close();
            agent.close();

            List<RawBsonDocument> captured = platform.entries("stop", "rs0");
            Platform.assertSame(captured, set.oplog().subList(0, captured.size()));
            assertThat(captured).hasSizeGreaterThan(2000);
            CaptureStatus last = lastStatus("stop");
            assertThat(last.getState()).isEqualTo("STOPPED");
            assertThat(last.getOwner()).isEqualTo("a");
            assertThat(last.getShardId()).isEqualTo("rs0");
            assertThat(last.getCapturedUntil().getSeconds())
                    .isEqualTo(captured.get(captured.size() - 1).getTimestamp("ts").getTime());
        }
    }

    /** Until as much as the set has written lies on the topic, committed or not, and stays so. */
    private static void awaitSent(String cluster, SimulatedReplicaSet set) {
        CommittedRecords topic =
                new CommittedRecords(platform.kafka().bootstrapServers(), platform.registry());
        AtomicLong last = new AtomicLong(-1);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> {
                            long now =
                                    topic.written(
                                            new TopicNames(new ClusterName(cluster)).oplog(RS0));
                            return now > set.oplog().size() && last.getAndSet(now) == now;
                        });
    }

    private static CaptureStatus lastStatus(String cluster) {
        String topic = new TopicNames(new ClusterName(cluster)).captureStatus();
        RecordDeserializer<CaptureStatus> deserializer =
                new RecordDeserializer<>(
                        platform.registry(), CaptureStatus.class, CaptureStatus.getClassSchema());
        List<CaptureStatus> statuses = new ArrayList<>();
        new CommittedRecords(platform.kafka().bootstrapServers(), platform.registry())
                .raw(topic)
                .forEach(r -> statuses.add(deserializer.deserialize(topic, r.value())));
        return statuses.get(statuses.size() - 1);
    }

    @Test
    void aBrokerThatRestartsCostsNothingAndRepeatsNothing() throws Exception {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").start();
                CaptureAgent agent = started("a", platform.settings("broker", set.uri()))) {
            Platform.insert(set, 0, 300);
            platform.awaitSame("broker", set);
            platform.kafka().stop(1);
            Platform.insert(set, 1000, 300);
            Thread.sleep(1_000);
            platform.kafka().start(1);
            Platform.insert(set, 2000, 300);
            platform.awaitSame("broker", set);
            platform.kafka().kill(1);
            Platform.insert(set, 3000, 300);
            platform.kafka().start(1);
            platform.awaitSame("broker", set);
        }
    }

    /** Who waits for a member that is down waits in vain. */
    private static Map<String, String> impatient(String cluster, String uri) {
        Map<String, String> settings = platform.settings(cluster, uri);
        settings.put("source.timeout", "2s");
        return settings;
    }

    @Test
    void membersThatGoAwayAndComeBackCostNothing() throws Exception {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start();
                CaptureAgent agent = started("a", impatient("members", set.uri()))) {
            Platform.insert(set, 0, 300);
            platform.awaitSame("members", set);
            for (int i = 0; i < 3; i++) {
                set.member(i).cutConnections();
                Platform.insert(set, 1000 * (i + 1), 100);
            }
            set.member(1).kill();
            Platform.insert(set, 5000, 100);
            platform.awaitSame("members", set);
            set.killAll();
            Thread.sleep(2_000);
            set.restartAll();
            Platform.insert(set, 6000, 100);
            platform.awaitSame("members", set);
        }
    }
}
