package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.publish.OplogTopicSettings;
import io.tidemark.capture.publish.OplogTopics;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed or paused at any point: nothing lost, nothing twice, same bytes. */
class KilledCaptureTest {
    private static final int KILLS = 20;
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

    @Test
    void killedAtAnyPointTheNextProcessGoesOnExactlyBehindIt() throws Exception {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TopicNames names = new TopicNames(new ClusterName("killed"));
        ReplicaSet rs0 = new ReplicaSet("rs0");
        OplogTopicSettings settings =
                new OplogTopicSettings(
                        (short) 1,
                        1,
                        Duration.ofDays(7),
                        "lz4",
                        32L << 20,
                        Map.of("bootstrap.servers", platform.kafka().bootstrapServers()));
        try (OplogTopics topics = new OplogTopics(names, settings)) {
            topics.ensureOplog(rs0);
        }
        try (SimulatedReplicaSet set = newestOnly();
                Writer writer = new Writer(set, random.nextLong())) {
            List<String> arguments =
                    List.of(
                            "killed",
                            "rs0",
                            set.uri(),
                            platform.kafka().bootstrapServers(),
                            platform.registryUrl());
            for (int kill = 0; kill < KILLS; kill++) {
                try (ForkedJvm process = tailer(arguments)) {
                    process.awaitReady(Duration.ofMinutes(3));
                    Thread.sleep(random.nextInt(1500));
                    process.requireAlive();
                    process.kill();
                }
            }
            try (ForkedJvm process = tailer(arguments)) {
                process.awaitReady(Duration.ofMinutes(3));
                Thread.sleep(1000);
                writer.close();
                platform.awaitSame("killed", set, process::requireAlive);
            }
            assertThat(platform.entries("killed", "rs0")).hasSizeGreaterThan(1000);
        }
    }

    private static SimulatedReplicaSet newestOnly() {
        return SimulatedReplicaSet.builder("rs0").members(3).newestOnly().start();
    }

    private static ForkedJvm tailer(List<String> arguments) {
        return ForkedJvm.start(
                TailerProcess.class,
                List.of("-Xmx256m"),
                arguments,
                Map.of(),
                TailerProcess.READY,
                directory.resolve("tailer.log"));
    }

    @Test
    void aWholeAgentThatIsKilledIsReplacedByTheNext() throws Exception {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (SimulatedReplicaSet set = newestOnly();
                Writer writer = new Writer(set, random.nextLong())) {
            for (int kill = 0; kill < 3; kill++) {
                try (ForkedJvm process = agent("agents", set, "Capture starts")) {
                    process.awaitReady(Duration.ofMinutes(3));
                    Thread.sleep(1000 + random.nextInt(3000));
                    process.kill();
                }
            }
            try (ForkedJvm process = agent("agents", set, "Tailing the oplog")) {
                process.awaitReady(Duration.ofMinutes(3));
                writer.close();
                BsonTimestamp written = set.primary().lastApplied();
                awaitSame("agents", set, process);
                assertThat(process.stop()).isEqualTo(143); // ended by SIGTERM, in order
                // Not up to now: a noop of the meantime is nobody's.
                platform.awaitSame("agents", set, written, () -> {});
            }
        }
    }

    @Test
    void aPausedOwnerThatComesBackIsFencedAndDoesNoHarm() throws Exception {
        try (SimulatedReplicaSet set = newestOnly();
                Writer writer = new Writer(set, 7);
                ForkedJvm zombie = agent("zombie", set, "Tailing the oplog")) {
            zombie.awaitReady(Duration.ofMinutes(3));
            Thread.sleep(500);
            zombie.pause();
            try (ForkedJvm next = agent("zombie", set, "Tailing the oplog")) {
                next.awaitReady(Duration.ofMinutes(3));
                Thread.sleep(500);
                zombie.resume();
                Thread.sleep(3000);
                writer.close();
                awaitSame("zombie", set, next);
                zombie.requireAlive();
                next.requireAlive();
            }
        }
    }

    /** What the agent said tells why nothing comes. */
    private static void awaitSame(String cluster, SimulatedReplicaSet set, ForkedJvm agent) {
        try {
            platform.awaitSame(cluster, set, agent::requireAlive);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + agent.tail(), e);
        }
    }

    private static ForkedJvm agent(String cluster, SimulatedReplicaSet set, String readyMark) {
        Map<String, String> environment = new TreeMap<>();
        Map<String, String> settings = platform.settings(cluster, set.uri());
        settings.put("owner.session.timeout", "1s");
        settings.forEach((key, value) -> environment.put(Platform.variable(key), value));
        return ForkedJvm.start(
                CaptureMain.class,
                List.of("-Xmx256m"),
                List.of(),
                environment,
                readyMark,
                directory.resolve(cluster + ".log"));
    }

    /** Writes small and large documents without pause. */
    private static final class Writer implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Thread thread;

        Writer(SimulatedReplicaSet set, long seed) {
            Random random = new Random(seed);
            thread = new Thread(() -> write(set, random), "writer");
            thread.start();
        }

        private void write(SimulatedReplicaSet set, Random random) {
            int id = 0;
            while (!stopped.get()) {
                int count = 1 + random.nextInt(60);
                Platform.insert(set, id, count);
                id += count;
                if (random.nextInt(50) == 0) {
                    BsonDocument large =
                            new BsonDocument("_id", new BsonInt32(id))
                                    .append("b", new BsonBinary(new byte[256 << 10]));
                    set.primary().insert("shop.scans", List.of(large), WriteContext.plain());
                }
                try {
                    Thread.sleep(20);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            stopped.set(true);
            thread.join();
        }
    }
}
