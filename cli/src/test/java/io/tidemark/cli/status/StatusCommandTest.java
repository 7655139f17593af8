package io.tidemark.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {
    @TempDir private Path folder;
    private RealBackup backup;

    @BeforeEach
    void findTheBackup() {
        backup = RealBackup.in(folder);
    }

    @Test
    void saysUntilWhenTheClusterCanBeRestored() {
        for (String set : List.of("rs1", "rs2", "cfg")) {
            backup.imports(set, backup.oplogs(set));
        }

        JsonNode json = status();

        assertThat(json.get("restorableUntil").asText()).isEqualTo("1644243443:1");
        assertThat(json.get("ageSeconds").asLong()).isPositive();
        assertThat(json.get("shards")).hasSize(3);
        assertThat(json.at("/shards/0/name").asText()).isEqualTo("cfg");
        assertThat(json.at("/shards/0/role").asText()).isEqualTo("config");
        assertThat(json.at("/shards/1/archivedUntil").asText()).isEqualTo("1644243443:1");
        assertThat(json.at("/shards/1/capturedUntil").isNull()).isTrue();
        assertThat(json.get("gaps")).isEmpty();
        assertThat(json.get("lastBase").asText()).isEqualTo("1644242765:16");
        assertThat(json.has("lastDrill")).isTrue();
    }

    @Test
    void aGapStandsInTheWayAndIsNamed() {
        List<Path> oplogs = backup.oplogs("rs1");
        backup.imports("rs1", List.of(oplogs.get(0), oplogs.get(2)));

        JsonNode json = status();

        assertThat(json.get("restorableUntil").isNull()).isTrue();
        assertThat(json.get("hindrance").asText()).contains("gap");
        assertThat(json.at("/gaps/0/replicaSet").asText()).isEqualTo("rs1");
    }

    @Test
    void aStandbysNoteThatCantBeReadIsToldBesideAllElse() {
        backup.imports("rs1", backup.oplogs("rs1"));
        UUID id = new UUID(1, 2);
        String key = new ObjectKey.OfStandby(new ClusterName("pbm"), id, Instant.now()).text();
        try (ObjectStore store = BucketUri.parse(backup.bucket()).open()) {
            store.put(key, Body.of("{".getBytes(StandardCharsets.UTF_8)));
        }

        CommandRun run =
                CommandRun.of("status", "--json", "--cluster=pbm", "--bucket=" + backup.bucket());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        JsonNode json = run.json();
        assertThat(json.at("/shards/0/name").asText()).isEqualTo("rs1");
        assertThat(json.at("/problems/0/key").asText()).isEqualTo(key);
        assertThat(json.at("/problems/0/means").asText()).contains("nothing is pruned until");
        assertThat(json.at("/problems/0/act").asText()).contains("prune --release " + id);
        assertThat(run.err()).contains("rs1", "archived until", "DAMAGED: " + key);
    }

    @Test
    void whatTheSourcesOplogLeavesIsShownWithItsWarning() throws Exception {
        backup.imports("rs1", backup.oplogs("rs1"));
        try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka")).start();
                EmbeddedRegistry registry = EmbeddedRegistry.inMemory().start()) {
            createStatusTopic(kafka);
            tell(kafka, registry, status("rs1", 900L, "Oplog of replica set rs1 leaves 900 s"));
            tell(kafka, registry, status("rs2", null, null));

            CommandRun run =
                    CommandRun.of(
                            "status",
                            "--json",
                            "--cluster=pbm",
                            "--bucket=" + backup.bucket(),
                            "--kafka=" + kafka.bootstrapServers(),
                            "--registry=" + registry.url());

            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
            JsonNode json = run.json();
            assertThat(json.at("/shards/0/oplogWindowSeconds").asLong()).isEqualTo(7200);
            assertThat(json.at("/shards/0/oplogHeadroomSeconds").asLong()).isEqualTo(900);
            assertThat(json.at("/shards/0/warning").asText()).contains("leaves 900 s");
            assertThat(json.at("/shards/1/oplogHeadroomSeconds").isNull()).isTrue();
            assertThat(json.at("/shards/1/warning").isNull()).isTrue();
            assertThat(run.err())
                    .contains("oplog reaches back 7,200 s and leaves 900 s")
                    .containsOnlyOnce("WARNING: Oplog of replica set rs1 leaves 900 s");
        }
    }

    private static void createStatusTopic(EmbeddedKafka kafka) throws Exception {
        String topic = new TopicNames(new ClusterName("pbm")).captureStatus();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    private static CaptureStatus status(String set, Long headroom, String warning) {
        CaptureStatus status = new CaptureStatus();
        status.setReplicaSet(set);
        status.setOwner("agent");
        status.setState("TAILING");
        status.setOplogWindowSeconds(7200);
        status.setOplogHeadroomSeconds(headroom);
        status.setWarning(warning);
        return status;
    }

    private static void tell(EmbeddedKafka kafka, EmbeddedRegistry registry, CaptureStatus status)
            throws Exception {
        String topic = new TopicNames(new ClusterName("pbm")).captureStatus();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            byte[] value =
                    new RecordSerializer<CaptureStatus>(
                                    new ConfluentRestRegistry(RegistryConfig.of(registry.url())),
                                    CaptureStatus.getClassSchema())
                            .serialize(topic, status);
            byte[] key = status.getReplicaSet().getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        }
    }

    private JsonNode status() {
        CommandRun run =
                CommandRun.of("status", "--json", "--cluster=pbm", "--bucket=" + backup.bucket());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run.json();
    }
}
