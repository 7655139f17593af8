package io.tidemark.capture.publish;

import static io.tidemark.capture.Entries.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.capture.CommittedRecords;
import io.tidemark.capture.Entries;
import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaOplogTopicTest extends OplogTopicContract {
    @TempDir static Path directory;
    private static EmbeddedKafka kafka;
    private static EmbeddedRegistry registryServer;
    private static SchemaRegistry registry;
    private static OplogTopicSettings settings;
    private static int clusters;

    private final List<OplogTopic> owners = new ArrayList<>();
    private final ReplicaSet replicaSet = new ReplicaSet("rs0");
    private TopicNames names;

    @BeforeAll
    static void start() {
        kafka = new EmbeddedKafka(directory).start();
        registryServer = EmbeddedRegistry.inMemory().start();
        registry = new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));
        settings =
                new OplogTopicSettings(
                        (short) 1,
                        1,
                        Duration.ofDays(7),
                        "lz4",
                        32L << 20,
                        Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        registryServer.close();
        kafka.close();
    }

    @BeforeEach
    void anotherTopic() {
        names = new TopicNames(new ClusterName("c" + ++clusters));
        try (OplogTopics topics = new OplogTopics(names, settings)) {
            topics.ensureOplog(replicaSet);
        }
    }

    @AfterEach
    void closeOwners() {
        owners.forEach(OplogTopic::close);
    }

    @Override
    OplogTopic owner() {
        OplogTopic owner =
                new KafkaOplogTopic(names, replicaSet, settings, registry, EndTurn.AT_ONCE);
        owners.add(owner);
        return owner;
    }

    @Override
    List<OplogRecord> committed() {
        return new CommittedRecords(kafka.bootstrapServers(), registry).of(names.oplog(replicaSet));
    }

    @Test
    void theGreatestEntryThatAServerCanWriteFits() {
        OplogEntry biggest =
                Entries.insert(at(10, 1, 1), "shop.orders", 1, 16 * 1024 * 1024 + 16 * 1024 - 130);
        OplogTopic topic = owner();
        topic.open();
        append(topic, List.of(biggest));
        topic.commit();

        assertThat(biggest.raw().sizeBytes()).isBetween((16 << 20) + 16000, (16 << 20) + 16384);
        assertThat(committed().get(0).getEntry())
                .isEqualTo(ByteBuffer.wrap(biggest.raw().toBytes()));
        assertThat(owner().open()).isInstanceOf(ResumePoint.AfterEntry.class);
    }

    @Test
    void headersLetAReaderSkipWithoutDecoding() {
        OplogTopic topic = owner();
        topic.open();
        append(
                topic,
                List.of(
                        Entries.insert(at(10, 1, 1), "shop.orders", 1, 1),
                        Entries.noop(at(10, 2, 1), "periodic noop")));
        topic.commit();

        List<ConsumerRecord<byte[], byte[]>> raw =
                new CommittedRecords(kafka.bootstrapServers(), registry)
                        .raw(names.oplog(replicaSet));
        assertThat(raw)
                .extracting(
                        r -> new String(r.headers().lastHeader("k").value()),
                        r -> new String(r.headers().lastHeader("n").value()))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("CRUD", "shop.orders"),
                        org.assertj.core.groups.Tuple.tuple("NOOP", ""));
        assertThat(new String(raw.get(0).key())).startsWith("shop.orders\0");
    }

    @Test
    void theEndIsFoundBehindManyDroppedRecords() {
        OplogTopic topic = owner();
        topic.open();
        append(topic, Entries.inserts(at(10, 1, 1), 1));
        topic.commit();
        for (int i = 0; i < 3; i++) {
            OplogTopic dropping = owner();
            dropping.open();
            append(dropping, Entries.inserts(at(20 + i, 1, 1), 700));
            dropping.close();
        }

        assertThat(owner().open())
                .isInstanceOfSatisfying(
                        ResumePoint.AfterEntry.class,
                        p -> assertThat(p.last()).isEqualTo(at(10, 1, 1)));
    }

    @Test
    void aTopicThatCantKeepTheOrderIsRefused() throws Exception {
        TopicNames other = new TopicNames(new ClusterName("other" + clusters));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                OplogTopics topics = new OplogTopics(other, settings)) {
            admin.createTopics(Set.of(new NewTopic(other.oplog(replicaSet), 2, (short) 1)))
                    .all()
                    .get();
            assertThatThrownBy(() -> ensureOnceItIsKnown(topics))
                    .isInstanceOf(TopicMisconfiguredException.class)
                    .hasMessageContaining("2 partitions");
        }
    }

    @Test
    void aTopicTooSmallForTheGreatestEntryIsRefused() throws Exception {
        TopicNames other = new TopicNames(new ClusterName("small" + clusters));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                OplogTopics topics = new OplogTopics(other, settings)) {
            admin.createTopics(
                            Set.of(
                                    new NewTopic(other.oplog(replicaSet), 1, (short) 1)
                                            .configs(Map.of("max.message.bytes", "1000000"))))
                    .all()
                    .get();
            assertThatThrownBy(() -> ensureOnceItIsKnown(topics))
                    .isInstanceOf(TopicMisconfiguredException.class)
                    .hasMessageContaining("max.message.bytes");
        }
    }

    /** A topic just created is not known to all of Kafka at once. */
    private void ensureOnceItIsKnown(OplogTopics topics) throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            try {
                topics.ensureOplog(replicaSet);
                throw new AssertionError("the topic was taken as it is");
            } catch (TopicUnavailableException e) {
                Thread.sleep(100);
            }
        }
        throw new AssertionError("Kafka does not know the topic");
    }
}
