package io.tidemark.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka and registry, and plain clients over them. */
final class Pipe implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private final EmbeddedKafka kafka;
    private final EmbeddedRegistry registry;

    Pipe(Path folder) {
        this.kafka = new EmbeddedKafka(folder.resolve("kafka")).start();
        this.registry = EmbeddedRegistry.inMemory().start();
    }

    String servers() {
        return kafka.bootstrapServers();
    }

    String registryUrl() {
        return registry.url().toString();
    }

    SchemaRegistry schemas() {
        return new ConfluentRestRegistry(RegistryConfig.parse(registryUrl()));
    }

    /** The records that capture would write. */
    List<ProducerRecord<byte[], byte[]>> records(String topic, List<OplogEntry> entries) {
        RecordSerializer<OplogRecord> values =
                new RecordSerializer<>(schemas(), OplogRecord.getClassSchema());
        return entries.stream()
                .map(entry -> record(topic, OplogRecords.of(entry, Incarnation.UNKNOWN), values))
                .toList();
    }

    /** A record as capture would write it. */
    ProducerRecord<byte[], byte[]> record(String topic, OplogRecord record) {
        return record(
                topic, record, new RecordSerializer<>(schemas(), OplogRecord.getClassSchema()));
    }

    /** As {@link #records}, between two STARTs: the second makes the sink end its last slice. */
    List<ProducerRecord<byte[], byte[]>> wholeTopic(String topic, List<OplogEntry> entries) {
        RecordSerializer<OplogRecord> values =
                new RecordSerializer<>(schemas(), OplogRecord.getClassSchema());
        Optime last = entries.get(entries.size() - 1).optime();
        List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
        all.add(record(topic, OplogRecords.start(Optime.NONE, Incarnation.UNKNOWN), values));
        all.addAll(records(topic, entries));
        all.add(record(topic, OplogRecords.start(last, Incarnation.UNKNOWN), values));
        return all;
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, OplogRecord record, RecordSerializer<OplogRecord> values) {
        ProducerRecord<byte[], byte[]> made =
                new ProducerRecord<>(
                        topic, OplogRecords.key(record), values.serialize(topic, record));
        made.headers()
                .add(OplogRecords.KIND_HEADER, record.getKind().name().getBytes(US_ASCII))
                .add(OplogRecords.NAMESPACE_HEADER, record.getNs().getBytes(UTF_8));
        return made;
    }

    /** One partition, as capture makes it. */
    void createTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            NewTopic wanted =
                    new NewTopic(topic, 1, (short) 1)
                            .configs(Map.of("max.message.bytes", Integer.toString(20 << 20)));
            admin.createTopics(List.of(wanted)).all().get();
        }
    }

    /** Sends as fast as a plain producer does: idempotent, all acknowledged, large batches. */
    long send(List<ProducerRecord<byte[], byte[]>> records) {
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        servers(),
                        "acks",
                        "all",
                        "compression.type",
                        "lz4",
                        "batch.size",
                        512 * 1024,
                        "linger.ms",
                        5,
                        "max.request.size",
                        20 << 20);
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            records.forEach(producer::send);
            producer.flush();
        }
        return records.size();
    }

    /** Reads a topic from its beginning as fast as a plain consumer does. */
    long consume(String topic, long entries, java.util.function.Consumer<byte[]> to) {
        try (Consumer<byte[], byte[]> consumer = consumer(topic)) {
            consumer.seekToBeginning(consumer.assignment());
            long seen = 0;
            while (seen < entries) {
                for (var record : consumer.poll(POLL)) {
                    to.accept(record.value());
                    seen++;
                }
            }
            return seen;
        }
    }

    /** A consumer assigned to the topic's only partition; reads committed records. */
    Consumer<byte[], byte[]> consumer(String topic) {
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        servers(),
                        "isolation.level",
                        "read_committed",
                        "fetch.max.bytes",
                        64 << 20,
                        "max.partition.fetch.bytes",
                        32 << 20,
                        "max.poll.records",
                        5_000);
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        return consumer;
    }

    static String oplogTopic(String cluster) {
        return new TopicNames(new ClusterName(cluster)).oplog(new ReplicaSet("bench"));
    }

    @Override
    public void close() {
        registry.close();
        kafka.close();
    }
}
