package io.tidemark.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.wire.EventRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Instances that are killed, stopped and joined by others tell what one undisturbed tells, and that
 * tells what the topology tells that is driven without Kafka.
 */
class KilledStreamsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    /** As a JVM tells it, after its shutdown hooks. */
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir static Path folder;
    private static EmbeddedKafka kafka;
    private static EmbeddedRegistry registryServer;
    private static SchemaRegistry registry;
    private static List<Oplog> oplogs;
    private static TopicContent expected;

    @BeforeAll
    static void start() {
        kafka = new EmbeddedKafka(folder.resolve("kafka"), 3).start();
        registryServer = EmbeddedRegistry.inMemory().start();
        registry = new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));
        oplogs = InterleavingTest.live(ServerVersion.V7_0, 5);
        try (Driven driven = new Driven()) {
            driven.all(oplogs.toArray(Oplog[]::new));
            List<String> events =
                    driven.told().stream().map(EventRecords::record).map(String::valueOf).toList();
            expected = new TopicContent(events, Map.copyOf(driven.parts()));
        }
        assertThat(expected.events()).hasSizeGreaterThan(10);
    }

    @AfterAll
    static void stop() {
        registryServer.close();
        kafka.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void killsAndRestartsOfSeveralInstancesChangeNothing(int instances) throws Exception {
        String cluster = "killed" + instances;
        long seed = Long.getLong("tidemark.seed", instances);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        createTopics(cluster);
        List<StreamsProcess> running = new ArrayList<>();
        try {
            for (int i = 0; i < instances; i++) {
                running.add(process(cluster, i));
            }
            Writer writer = new Writer(cluster, random);
            int round = 0;
            while (writer.writeSome()) {
                Thread.sleep(1_000 + random.nextInt(2_000));
                if (++round == 2) {
                    // At least one kill meets an instance that has told something.
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(500))
                            .until(() -> !content(cluster).windows().isEmpty());
                }
                if (round % 2 == 0) {
                    int victim = random.nextInt(instances);
                    running.get(victim).kill();
                    running.set(victim, process(cluster, victim));
                }
            }
            awaitSame(cluster);
            for (StreamsProcess process : running) {
                // The others may have told all before the last one was up.
                await().atMost(PATIENCE).until(() -> process.hasStarted() || !process.isAlive());
                assertThat(process.isAlive()).as(process.log()).isTrue();
                assertThat(process.stop()).as(process.log()).isEqualTo(ENDED_BY_SIGTERM);
                assertThat(process.log()).contains("Timeline has stopped");
            }
        } finally {
            running.forEach(StreamsProcess::close);
        }
    }

    @Test
    void everyInstanceShowsAllThatIsPublished() throws Exception {
        StreamsConfig config = undisturbed("calm");
        try (StreamsApp late = new StreamsApp(config, registry)) {
            late.start();
            await().atMost(PATIENCE).until(() -> late.views().current().isPresent());
            var view = late.views().current().orElseThrow();
            ClusterTime watermark = view.windows(Policy.EXACT).watermark();
            assertThat(watermark.toString())
                    .isEqualTo(expected.windows().get("watermark").getWatermark().getArchived());
            long ids = expected.events().stream().map(KilledStreamsTest::id).distinct().count();
            assertThat(view.events()).hasSize((int) ids);
        }
    }

    @Test
    void anInstanceWhoseLocalStateIsHalfWrittenBuildsItAgain() throws Exception {
        String cluster = "halfWritten";
        StreamsConfig config = undisturbed(cluster);
        // As one leaves it that is killed while it makes a store.
        assertThat(stores(cluster)).isNotEmpty();
        for (Path store : stores(cluster)) {
            Files.delete(store.resolve("CURRENT"));
        }
        try (StreamsApp again = new StreamsApp(config, registry)) {
            again.start();
            await().atMost(PATIENCE).until(again::isRunning);
            assertThat(stores(cluster)).allMatch(store -> Files.exists(store.resolve("CURRENT")));
        }
        assertThat(content(cluster)).isEqualTo(expected);
    }

    private static List<Path> stores(String cluster) throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("state-" + cluster))) {
            return all.filter(path -> path.getParent().endsWith("rocksdb")).toList();
        }
    }

    private static String id(String event) {
        return event.substring(0, event.indexOf(','));
    }

    /** One instance that nobody disturbs has told everything; how it was configured. */
    private static StreamsConfig undisturbed(String cluster) throws Exception {
        createTopics(cluster);
        StreamsConfig config = StreamsConfig.of(settings(cluster));
        try (StreamsApp app = new StreamsApp(config, registry)) {
            app.start();
            Writer writer = new Writer(cluster, new Random(1));
            while (writer.writeSome()) {
                // All at once.
            }
            awaitSame(cluster);
        }
        return config;
    }

    private static void awaitSame(String cluster) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () -> {
                            TopicContent content = content(cluster);
                            assertThat(content.events()).hasSameSizeAs(expected.events());
                            assertThat(content.windows()).isEqualTo(expected.windows());
                        });
        assertThat(content(cluster).events()).isEqualTo(expected.events());
    }

    private static TopicContent content(String cluster) {
        return TopicContent.read(kafka.bootstrapServers(), names(cluster), registry);
    }

    private static StreamsProcess process(String cluster, int number) throws IOException {
        return StreamsProcess.start(settings(cluster), folder.resolve(cluster + "-" + number));
    }

    private static Map<String, String> settings(String cluster) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("cluster", cluster);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("kafka.metadata.max.age.ms", "1000");
        settings.put("registry.urls", registryServer.url().toString());
        settings.put("session.timeout", "3s");
        settings.put("http.listen", "127.0.0.1:0");
        settings.put("windows.interval", "200ms");
        settings.put("snapshot.signals", "100");
        settings.put("state.dir", folder.resolve("state-" + cluster).toString());
        return settings;
    }

    private static TopicNames names(String cluster) {
        return new TopicNames(new ClusterName(cluster));
    }

    private static void createTopics(String cluster) throws Exception {
        new TimelineTopics(names(cluster), StreamsConfig.of(settings(cluster))).ensure();
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", (Object) kafka.bootstrapServers()))) {
            // One shard's topic comes later.
            admin.createTopics(
                            oplogs.subList(0, oplogs.size() - 1).stream()
                                    .map(o -> names(cluster).oplog(o.replicaSet()))
                                    .map(topic -> new NewTopic(topic, 1, (short) 3))
                                    .toList())
                    .all()
                    .get();
        }
    }

    /** Writes the oplogs in pieces, in turns, and tells that they are archived. */
    private static final class Writer {
        private static final int PIECES = 8;
        private final TopicNames names;
        private final Random random;
        private final RecordSerializer<OplogRecord> values =
                new RecordSerializer<>(registry, OplogRecord.getClassSchema());
        private final RecordSerializer<ArchiveProgress> progress =
                new RecordSerializer<>(registry, ArchiveProgress.getClassSchema());
        private int piece;

        Writer(String cluster, Random random) {
            this.names = names(cluster);
            this.random = random;
        }

        /** False when all was written. */
        boolean writeSome() throws Exception {
            if (piece == PIECES) {
                return false;
            }
            if (piece == 2) {
                createLastTopic();
            }
            Map<String, Object> config =
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all");
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(
                            config, new ByteArraySerializer(), new ByteArraySerializer())) {
                for (Oplog oplog : oplogs) {
                    boolean late = oplog == oplogs.get(oplogs.size() - 1);
                    if (!late || piece >= 2) {
                        write(producer, oplog, late && piece == 2 ? 0 : piece);
                    }
                }
            }
            piece++;
            return true;
        }

        private void createLastTopic() throws Exception {
            try (Admin admin =
                    Admin.create(Map.of("bootstrap.servers", (Object) kafka.bootstrapServers()))) {
                String topic = names.oplog(oplogs.get(oplogs.size() - 1).replicaSet());
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 3))).all().get();
            }
        }

        private void write(KafkaProducer<byte[], byte[]> producer, Oplog oplog, int firstPiece) {
            int size = oplog.records().size();
            int from = size * firstPiece / PIECES;
            int to = size * (piece + 1) / PIECES;
            String topic = names.oplog(oplog.replicaSet());
            for (OplogRecord record : oplog.records().subList(from, to)) {
                ProducerRecord<byte[], byte[]> made =
                        new ProducerRecord<>(
                                topic, OplogRecords.key(record), values.serialize(topic, record));
                made.headers()
                        .add(OplogRecords.KIND_HEADER, record.getKind().name().getBytes(UTF_8))
                        .add(OplogRecords.NAMESPACE_HEADER, record.getNs().getBytes(UTF_8));
                producer.send(made);
            }
            // The sink may be ahead of the timeline, or behind.
            int archived = piece == PIECES - 1 ? to : Math.max(1, to - random.nextInt(20));
            producer.send(archived(oplog, oplog.records().get(archived - 1)));
        }

        private ProducerRecord<byte[], byte[]> archived(Oplog oplog, OplogRecord last) {
            ArchiveProgress told = new ArchiveProgress();
            told.setReplicaSet(oplog.replicaSet().name());
            told.setIncarnation(last.getIncarnation());
            told.setSeconds(last.getSeconds());
            told.setIncrement(last.getIncrement());
            told.setTerm(1);
            told.setObjectKey("");
            told.setTopicId("");
            return new ProducerRecord<>(
                    names.archiveProgress(),
                    oplog.replicaSet().name().getBytes(UTF_8),
                    progress.serialize(names.archiveProgress(), told));
        }
    }
}
