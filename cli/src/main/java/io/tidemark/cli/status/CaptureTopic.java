package io.tidemark.cli.status;

import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The agents' last word on each replica set, read from the compacted status topic. */
final class CaptureTopic {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final TopicNames names;
    private final Map<String, String> client;
    private final SchemaRegistry registry;

    CaptureTopic(TopicNames names, Map<String, String> client, SchemaRegistry registry) {
        this.names = names;
        this.client = client;
        this.registry = registry;
    }

    /** The newest status by replica set; none if capture never ran. */
    Map<ReplicaSet, CaptureStatus> read() {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.listTopics().getOrDefault(names.captureStatus(), List.of()).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            return partitions.isEmpty() ? Map.of() : read(consumer, partitions);
        }
    }

    private Map<ReplicaSet, CaptureStatus> read(
            Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        RecordDeserializer<CaptureStatus> values =
                new RecordDeserializer<>(
                        registry, CaptureStatus.class, CaptureStatus.getClassSchema());
        Map<ReplicaSet, CaptureStatus> newest = new TreeMap<>();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                CaptureStatus status = values.deserialize(record.topic(), record.value());
                if (status != null) {
                    newest.put(new ReplicaSet(status.getReplicaSet()), status);
                }
            }
        }
        return newest;
    }
}
