package io.tidemark.cli.kafka;

import io.tidemark.schemas.wire.RecordDeserializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What services told on a compacted topic: the last record of each key. One thread.
 *
 * @param <T> of the records
 */
public final class CompactedTopic<T extends SpecificRecord> implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private final RecordDeserializer<T> values;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Map<String, T> newest = new TreeMap<>();

    public CompactedTopic(KafkaPlace place, String topic, Class<T> type, Schema schema) {
        this.values = new RecordDeserializer<>(place.registry(), type, schema);
        Map<String, Object> config = new HashMap<>(place.client());
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.partitions =
                consumer.listTopics().getOrDefault(topic, List.of()).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** False if nothing was ever told there. */
    public boolean exists() {
        return !partitions.isEmpty();
    }

    /** Reads up to what is there now. */
    public Map<String, T> read() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
            poll(POLL);
        }
        return newest();
    }

    /** Reads on; returns when something came, or after that time. */
    public void poll(Duration atMost) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(atMost)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            T value = values.deserialize(record.topic(), record.value());
            if (value == null) {
                newest.remove(key);
            } else {
                newest.put(key, value);
            }
        }
    }

    /** The last that was read of each key. */
    public Map<String, T> newest() {
        return Map.copyOf(newest);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
