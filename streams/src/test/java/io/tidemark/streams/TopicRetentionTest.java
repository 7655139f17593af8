package io.tidemark.streams;

import static io.tidemark.streams.Oplog.shard;
import static io.tidemark.streams.Oplog.t;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka deletes old records whether they were read or not, and tells nobody. */
class TopicRetentionTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    @TempDir static Path servers;
    private static EmbeddedKafka kafka;
    private static EmbeddedRegistry registryServer;
    private static SchemaRegistry registry;
    private static int clusters;
    private final TopicNames names = new TopicNames(new ClusterName("kept" + ++clusters));
    private final Oplog config = new Oplog("cfg");
    private final Oplog rs0 = new Oplog("rs0");

    @TempDir Path folder;

    @BeforeAll
    static void startServers() {
        kafka = new EmbeddedKafka(servers.resolve("kafka")).start();
        registryServer = EmbeddedRegistry.inMemory().start();
        registry = new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));
    }

    @AfterAll
    static void stopServers() {
        registryServer.close();
        kafka.close();
    }

    @BeforeEach
    void makeTopics() throws Exception {
        try (Admin admin = Admin.create(client())) {
            List<NewTopic> topics =
                    List.of(
                            new NewTopic(names.oplog(config.replicaSet()), 1, (short) 1),
                            new NewTopic(names.oplog(RS0), 1, (short) 1));
            admin.createTopics(topics).all().get();
        }
        config.startsAsConfig(t(99), shard("shard0", "rs0")).noop(100).noop(110);
        rs0.startsAs(shard("shard0"), t(99)).noop(100).noop(110);
    }

    @Test
    void whatWasDeletedWhileNobodyReadIsAGap() throws Exception {
        publish(0, 3);
        runUntilCaptured(t(110));
        config.noop(120).noop(130);
        rs0.noop(115).noop(120).noop(125).noop(130);
        publish(3, 7);
        // 115, 120 and 125 are gone.
        delete(RS0, 6);

        List<Hole> holes = runUntilCaptured(t(130));

        assertThat(holes)
                .filteredOn(hole -> hole.kind() == Hole.Kind.GAP)
                .singleElement()
                .satisfies(
                        hole -> {
                            assertThat(hole.replicaSet()).isEqualTo(RS0);
                            Gap gap = hole.gap();
                            assertThat(gap.after()).isEqualTo(t(110));
                            assertThat(gap.through()).isEqualTo(t(130).previous());
                            assertThat(gap.reason()).contains("too short a time");
                        });
    }

    @Test
    void oneDeletedRecordIsAGapToo() throws Exception {
        publish(0, 3);
        runUntilCaptured(t(110));
        config.noop(120).noop(130);
        rs0.noop(120).noop(130);
        publish(3, 5);
        delete(RS0, 4);

        List<Hole> holes = runUntilCaptured(t(130));

        assertThat(holes).filteredOn(hole -> hole.kind() == Hole.Kind.GAP).hasSize(1);
    }

    @Test
    void whatWasReadBeforeItWasDeletedIsNoGap() throws Exception {
        publish(0, 3);
        runUntilCaptured(t(110));
        config.noop(120);
        rs0.noop(120);
        publish(3, 4);
        delete(RS0, 3);

        List<Hole> holes = runUntilCaptured(t(120));

        assertThat(holes).filteredOn(hole -> hole.kind() == Hole.Kind.GAP).isEmpty();
    }

    private static Map<String, Object> client() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    private List<Hole> runUntilCaptured(ClusterTime time) {
        StreamsConfig settings =
                StreamsConfig.of(
                        Map.of(
                                "cluster", names.cluster().value(),
                                "kafka.bootstrap.servers", kafka.bootstrapServers(),
                                "registry.urls", registryServer.url().toString(),
                                "windows.interval", "200ms",
                                "topic.replication.factor", "1",
                                "topic.min.insync.replicas", "1",
                                "state.dir", folder.resolve("state").toString()));
        try (StreamsApp app = new StreamsApp(settings, registry)) {
            app.start();
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    app.views()
                                            .current()
                                            .filter(v -> v.content().captured().at().equals(time))
                                            .isPresent());
            return app.views().current().orElseThrow().windows(Policy.EXACT).holes();
        }
    }

    /** Records of both oplogs, by their number from the first one on. */
    private void publish(int from, int to) {
        RecordSerializer<OplogRecord> values =
                new RecordSerializer<>(registry, OplogRecord.getClassSchema());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Oplog oplog : List.of(config, rs0)) {
                String topic = names.oplog(oplog.replicaSet());
                int end = Math.min(to, oplog.records().size());
                for (OplogRecord record : oplog.records().subList(from, end)) {
                    ProducerRecord<byte[], byte[]> made =
                            new ProducerRecord<>(
                                    topic,
                                    OplogRecords.key(record),
                                    values.serialize(topic, record));
                    made.headers()
                            .add(OplogRecords.KIND_HEADER, record.getKind().name().getBytes(UTF_8))
                            .add(OplogRecords.NAMESPACE_HEADER, record.getNs().getBytes(UTF_8));
                    producer.send(made);
                }
            }
        }
    }

    private void delete(ReplicaSet set, long before) throws Exception {
        TopicPartition partition = new TopicPartition(names.oplog(set), 0);
        try (Admin admin = Admin.create(client())) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        }
    }
}
