package io.tidemark.sink;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes as capture does: transactions, one partition, records up to 17 MiB. */
final class KafkaSource implements AutoCloseable {
    private final String bootstrapServers;
    private final RecordSerializer<OplogRecord> serializer;
    private final Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();

    KafkaSource(String bootstrapServers, SchemaRegistry registry) {
        this.bootstrapServers = bootstrapServers;
        this.serializer = new RecordSerializer<>(registry, OplogRecord.getClassSchema());
    }

    void createTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            NewTopic made =
                    new NewTopic(topic, Optional.of(1), Optional.of((short) 1))
                            .configs(Map.of("max.message.bytes", "18874368"));
            admin.createTopics(List.of(made)).all().get();
        }
    }

    void deleteTopic(String topic) throws Exception {
        KafkaProducer<byte[], byte[]> producer = producers.remove(topic);
        if (producer != null) {
            producer.close();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    /** Commits after every {@code perTransaction} records. */
    void publish(String topic, List<OplogRecord> records, int perTransaction) {
        KafkaProducer<byte[], byte[]> producer = producers.computeIfAbsent(topic, this::producer);
        for (int at = 0; at < records.size(); at += perTransaction) {
            producer.beginTransaction();
            for (OplogRecord r :
                    records.subList(at, Math.min(records.size(), at + perTransaction))) {
                producer.send(
                        new ProducerRecord<>(
                                topic, 0, OplogRecords.key(r), serializer.serialize(topic, r)));
            }
            producer.commitTransaction();
        }
    }

    /** Records that were never committed: readers must not see them. */
    void publishAndAbort(String topic, List<OplogRecord> records) {
        KafkaProducer<byte[], byte[]> producer = producers.computeIfAbsent(topic, this::producer);
        producer.beginTransaction();
        for (OplogRecord r : records) {
            producer.send(
                    new ProducerRecord<>(
                            topic, 0, OplogRecords.key(r), serializer.serialize(topic, r)));
        }
        producer.flush();
        producer.abortTransaction();
    }

    private KafkaProducer<byte[], byte[]> producer(String topic) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        config.put("transactional.id", topic);
        config.put("acks", "all");
        config.put("compression.type", "zstd");
        config.put("max.request.size", 18 * 1024 * 1024);
        config.put("buffer.memory", 40L * 1024 * 1024);
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    @Override
    public void close() {
        producers.values().forEach(KafkaProducer::close);
    }
}
