package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tidemark.capture.metrics.HeadroomAlarm;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an agent tells over HTTP: a simulated replica set, a real Kafka, a registry. */
class CaptureMetricsTest {
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

    private static Watched watched(String cluster, SimulatedReplicaSet set, String... more) {
        Map<String, String> settings = platform.settings(cluster, set.uri());
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return new Watched(platform.registry(), settings);
    }

    @Test
    void metersTellExactlyWhatWasCaptured() {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                Watched agent = watched("meters", set)) {
            Platform.insert(set, 0, 300);
            platform.awaitSame("meters", set);
            Platform.insert(set, 1000, 300);
            platform.awaitSame("meters", set);
            List<RawBsonDocument> entries = platform.entries("meters", "rs0");
            long bytes = entries.stream().mapToLong(e -> e.getByteBuffer().remaining()).sum();
            BsonTimestamp last = entries.get(entries.size() - 1).getTimestamp("ts");

            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    agent.value("tidemark_capture_entries_total") == entries.size()
                                            && agent.value(
                                                            "tidemark_capture_captured_until_seconds")
                                                    == last.getTime()
                                            && agent.value("tidemark_capture_lag_seconds") == 0);
            assertThat(agent.value("tidemark_capture_bytes_total")).isEqualTo(bytes);
            assertThat(agent.value("tidemark_capture_commits_total")).isBetween(2.0, 601.0);
            assertThat(agent.value("tidemark_capture_gaps_total")).isZero();
            assertThat(agent.value("tidemark_capture_producer_errors_total")).isZero();
            assertThat(agent.value("tidemark_capture_owner")).isEqualTo(1);
            assertThat(agent.value("tidemark_capture_memory_free_bytes")).isPositive();
            assertThat(agent.value("tidemark_capture_oplog_window_seconds"))
                    .isEqualTo(agent.value("tidemark_capture_oplog_headroom_seconds"));
            assertThat(agent.get("/metrics").body()).contains("jvm_memory_used_bytes");
            assertThat(agent.health()).isEqualTo(200);
            assertThat(agent.get("/healthz").body()).contains("1 replica set is captured");
        }
    }

    @Test
    void entriesThatTheSourceLostAreCountedAsAGap() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").start()) {
            try (Watched first = watched("gaps", set)) {
                Platform.insert(set, 0, 50);
                platform.awaitSame("gaps", set);
            }
            Platform.insert(set, 1000, 50);
            BsonTimestamp cut = set.primary().lastApplied();
            Platform.insert(set, 2000, 50);
            set.truncateOplogBefore(cut);
            try (Watched second = watched("gaps", set)) {
                await().atMost(PATIENCE)
                        .until(() -> second.value("tidemark_capture_gaps_total") == 1);
            }
        }
    }

    @Test
    void healthFailsWithTheReasonWhileTheSourceCantBeReadAndRecovers() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start();
                Watched agent =
                        watched("away", set, "metrics.stall.after", "3s", "source.timeout", "2s")) {
            Platform.insert(set, 0, 50);
            platform.awaitSame("away", set);
            await().atMost(PATIENCE).until(() -> agent.health() == 200);
            set.killAll();

            await().atMost(PATIENCE).until(() -> agent.health() == 503);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(agent.get("/healthz").body())
                                            .contains("rs0: no progress for")
                                            .contains("RESUMING")
                                            .contains("captured until"));
            double lag = agent.value("tidemark_capture_lag_seconds");
            await().atMost(PATIENCE).until(() -> agent.value("tidemark_capture_lag_seconds") > lag);

            set.restartAll();
            await().atMost(PATIENCE).until(() -> agent.health() == 200);
            await().atMost(PATIENCE).until(() -> agent.value("tidemark_capture_lag_seconds") <= 1);
        }
    }

    @Test
    void healthFailsWhileKafkaIsAwayAndEntriesWait() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").start();
                Watched agent =
                        watched(
                                "broker",
                                set,
                                "metrics.stall.after",
                                "3s",
                                "kafka.delivery.timeout.ms",
                                "4000",
                                "kafka.request.timeout.ms",
                                "2000",
                                "kafka.linger.ms",
                                "0")) {
            Platform.insert(set, 0, 50);
            platform.awaitSame("broker", set);
            String[] impatient = {"metrics.stall.after", "3s", "owner.session.timeout", "3s"};
            try (Watched idle = watched("broker", set, impatient)) {
                await().atMost(PATIENCE).until(() -> platform.agentsOf("broker") == 2);
                platform.kafka().stop(1);
                Platform.insert(set, 1000, 50);

                await().atMost(PATIENCE).until(() -> agent.health() == 503);
                // A broker that goes may show no topics at last: then the agent owns nothing.
                assertThat(agent.get("/healthz").body()).containsAnyOf("rs0", "ownership");
                await().atMost(PATIENCE).until(() -> idle.health() == 503);
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () ->
                                        assertThat(idle.get("/healthz").body())
                                                .contains("ownership: no progress for")
                                                .contains(
                                                        "the group tidemark.broker.capture was not"
                                                                + " heard for"));
                platform.kafka().start(1);
                await().atMost(PATIENCE).until(() -> agent.health() == 200);
                await().atMost(PATIENCE).until(() -> idle.health() == 200);
            } finally {
                if (!platform.kafka().isRunning(1)) {
                    platform.kafka().start(1); // the other tests need it
                }
            }
            platform.awaitSame("broker", set);
        }
    }

    @Test
    void aShortOplogIsWarnedOfOncePerCrossingAndShownInTheStatus() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(HeadroomAlarm.class);
        log.start();
        logger.addAppender(log);
        SteppedClock clock = SteppedClock.at(1_750_000_000);
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0")
                                .clock(clock)
                                .noopInterval(Duration.ZERO)
                                .oplogMaxBytes(1 << 20)
                                .start();
                Watched agent = watched("short", set, "oplog.headroom.least", "1h")) {
            // So often that capture is never an hour behind, nor the oplog an hour short.
            for (int i = 0; i < 12; i += 2) {
                clock.advance(Duration.ofMinutes(50));
                large(set, i, 2);
                awaitCaptured(agent, set);
            }
            await().atMost(PATIENCE)
                    .until(() -> agent.value("tidemark_capture_oplog_headroom_seconds") >= 10_800);
            assertThat(warnings(log)).isEmpty();

            clock.advance(Duration.ofMinutes(1));
            large(set, 2000, 12);
            await().atMost(PATIENCE)
                    .until(() -> agent.value("tidemark_capture_oplog_headroom_seconds") < 3_600);
            CaptureStatus status = awaitStatus("short", s -> s.getWarning() != null);
            assertThat(status.getWarning()).contains("rs0").contains("Enlarge the oplog");
            assertThat(status.getOplogHeadroomSeconds()).isLessThan(3_600);
            assertThat(warnings(log)).hasSize(1);

            write(set, clock, 3000, Duration.ofHours(2));
            assertThat(awaitStatus("short", s -> s.getWarning() == null).getOplogHeadroomSeconds())
                    .isGreaterThanOrEqualTo(7_200);
            assertThat(warnings(log)).hasSize(1);
        } finally {
            logger.detachAppender(log);
        }
    }

    private static void awaitCaptured(Watched agent, SimulatedReplicaSet set) {
        long written = set.primary().lastApplied().getTime();
        await().atMost(PATIENCE)
                .until(() -> agent.value("tidemark_capture_captured_until_seconds") == written);
    }

    /** A small entry, then time goes by, then another. */
    private static void write(SimulatedReplicaSet set, SteppedClock clock, int from, Duration gap) {
        Platform.insert(set, from, 1);
        clock.advance(gap);
        Platform.insert(set, from + 1, 1);
    }

    /** Entries of 100 KiB: a dozen fill the oplog. */
    private static void large(SimulatedReplicaSet set, int from, int count) {
        for (int i = from; i < from + count; i++) {
            BsonDocument document =
                    new BsonDocument("_id", new BsonInt32(i))
                            .append("b", new BsonBinary(new byte[100 * 1024]));
            set.primary().insert("shop.scans", List.of(document), WriteContext.plain());
        }
    }

    private static List<ILoggingEvent> warnings(ListAppender<ILoggingEvent> log) {
        return List.copyOf(log.list).stream().filter(e -> e.getLevel() == Level.WARN).toList();
    }

    private static CaptureStatus awaitStatus(
            String cluster, java.util.function.Predicate<CaptureStatus> wanted) {
        return await().atMost(PATIENCE)
                .until(() -> lastStatus(cluster), s -> s.filter(wanted).isPresent())
                .orElseThrow();
    }

    private static Optional<CaptureStatus> lastStatus(String cluster) {
        String topic = new TopicNames(new ClusterName(cluster)).captureStatus();
        RecordDeserializer<CaptureStatus> deserializer =
                new RecordDeserializer<>(
                        platform.registry(), CaptureStatus.class, CaptureStatus.getClassSchema());
        return new CommittedRecords(platform.kafka().bootstrapServers(), platform.registry())
                .raw(topic).stream()
                        .map(r -> deserializer.deserialize(topic, r.value()))
                        .reduce((a, b) -> b);
    }
}
