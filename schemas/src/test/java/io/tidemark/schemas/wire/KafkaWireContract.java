package io.tidemark.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records through a broker, whoever runs it: the largest entry, transactions, and fencing. */
abstract class KafkaWireContract {
    /** A document's limit of 16 MiB and the 16 KiB that an oplog entry may have on top. */
    private static final int LARGEST_ENTRY = 16 * 1024 * 1024 + 16 * 1024;

    private static final int LARGEST_RECORD = 18 * 1024 * 1024;

    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final String topic = "tidemark.shop.oplog." + UUID.randomUUID();
    private final RecordSerializer<OplogRecord> serializer =
            new RecordSerializer<>(registry, OplogRecord.getClassSchema());

    abstract String bootstrapServers();

    @BeforeEach
    void createTopic() throws Exception {
        NewTopic oplog =
                new NewTopic(topic, Optional.of(1), Optional.of((short) 1))
                        .configs(Map.of("max.message.bytes", Integer.toString(LARGEST_RECORD)));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(List.of(oplog)).all().get();
        }
    }

    @Test
    void theLargestEntryPassesBetweenSmallOnes() throws Exception {
        List<OplogRecord> written = List.of(entry(10), entry(LARGEST_ENTRY), entry(20));
        try (KafkaProducer<byte[], OplogRecord> producer = producer("owner-" + topic)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (OplogRecord record : written) {
                producer.send(new ProducerRecord<>(topic, record));
            }
            producer.commitTransaction();
        }
        assertThat(read(3)).isEqualTo(written);
    }

    @Test
    void readersSeeNothingOfAnOwnerThatWasReplaced() throws Exception {
        try (KafkaProducer<byte[], OplogRecord> zombie = producer("owner-" + topic);
                KafkaProducer<byte[], OplogRecord> owner = producer("owner-" + topic)) {
            zombie.initTransactions();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>(topic, entry(1))).get();
            owner.initTransactions();
            owner.beginTransaction();
            owner.send(new ProducerRecord<>(topic, entry(2)));
            owner.commitTransaction();
            assertThatThrownBy(zombie::commitTransaction)
                    .isInstanceOf(ProducerFencedException.class);
        }
        assertThat(read(1)).containsExactly(entry(2));
    }

    private static OplogRecord entry(int size) {
        return ExampleRecords.insert(ByteBuffer.wrap(ExampleRecords.bytes(size)));
    }

    private KafkaProducer<byte[], OplogRecord> producer(String transactionalId) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers(),
                        "transactional.id",
                        transactionalId,
                        "max.request.size",
                        LARGEST_RECORD,
                        "buffer.memory",
                        3L * LARGEST_RECORD);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), serializer);
    }

    private List<OplogRecord> read(int count) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest");
        List<OplogRecord> read = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        try (KafkaConsumer<byte[], OplogRecord> consumer =
                new KafkaConsumer<>(
                        settings,
                        new ByteArrayDeserializer(),
                        new RecordDeserializer<>(
                                registry, OplogRecord.class, OplogRecord.getClassSchema()))) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            while (read.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> read.add(record.value()));
            }
            consumer.poll(Duration.ofMillis(200)).forEach(record -> read.add(record.value()));
        }
        return read;
    }
}
