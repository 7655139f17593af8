package io.tidemark.sink;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.consume.PublishedRecord;
import io.tidemark.sink.consume.TopicFacts;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/** Oplog topics in memory; offsets have holes, as transaction markers make them. */
final class MemoryTopics implements TopicFacts {
    private static final int MARKER_EVERY = 7;
    final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<OplogRecord> serializer =
            new RecordSerializer<>(registry, OplogRecord.getClassSchema());
    private final RecordDeserializer<OplogRecord> deserializer =
            new RecordDeserializer<>(registry, OplogRecord.class, OplogRecord.getClassSchema());
    private final Map<OplogPartition, Topic> topics =
            new TreeMap<>(java.util.Comparator.comparing(OplogPartition::topic));

    private static final class Topic {
        final String id = UUID.randomUUID().toString();
        final NavigableMap<Long, byte[]> records = new TreeMap<>();
        long earliest;
        long end;
    }

    List<OplogPartition> partitions() {
        return List.copyOf(topics.keySet());
    }

    OplogRecord decode(String topic, byte[] value) {
        return deserializer.deserialize(topic, value);
    }

    void publish(OplogPartition partition, List<OplogRecord> records) {
        Topic topic = topics.computeIfAbsent(partition, p -> new Topic());
        for (OplogRecord record : records) {
            topic.records.put(topic.end, serializer.serialize(partition.topic(), record));
            topic.end += topic.end % MARKER_EVERY == 0 ? 2 : 1;
        }
    }

    void recreate(OplogPartition partition) {
        topics.put(partition, new Topic());
    }

    /** As retention does. */
    void deleteBefore(OplogPartition partition, long offset) {
        Topic topic = topics.get(partition);
        topic.records.headMap(offset).clear();
        topic.earliest = offset;
    }

    /** Empty if there is nothing yet; null if the offset is out of range. */
    List<PublishedRecord> read(OplogPartition partition, long offset, int most) {
        Topic topic = topics.get(partition);
        if (offset < topic.earliest || offset > topic.end) {
            return null;
        }
        return topic.records.tailMap(offset).entrySet().stream()
                .limit(most)
                .map(e -> new PublishedRecord(e.getKey(), e.getValue()))
                .toList();
    }

    @Override
    public TopicState state(OplogPartition partition) {
        Topic topic = topics.get(partition);
        return new TopicState(topic.id, topic.earliest, topic.end);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
