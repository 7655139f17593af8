package io.tidemark.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a reader of committed records finds on the timeline's topics now. */
record TopicContent(List<String> events, Map<String, WindowsRecord> windows) {

    static TopicContent read(String servers, TopicNames names, SchemaRegistry registry) {
        RecordDeserializer<TopologyEventRecord> eventReader =
                new RecordDeserializer<>(
                        registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
        RecordDeserializer<WindowsRecord> windowsReader =
                new RecordDeserializer<>(
                        registry, WindowsRecord.class, WindowsRecord.getClassSchema());
        List<String> events = new ArrayList<>();
        each(
                servers,
                names.events(),
                r -> events.add(String.valueOf(eventReader.deserialize(r.topic(), r.value()))));
        Map<String, WindowsRecord> windows = new TreeMap<>();
        each(
                servers,
                names.windows(),
                r -> {
                    String key = new String(r.key(), UTF_8);
                    if (r.value() == null) {
                        windows.remove(key);
                    } else {
                        windows.put(key, windowsReader.deserialize(r.topic(), r.value()));
                    }
                });
        return new TopicContent(events, windows);
    }

    private static void each(
            String servers, String topic, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", servers, "isolation.level", "read_committed");
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(taker);
            }
        }
    }
}
