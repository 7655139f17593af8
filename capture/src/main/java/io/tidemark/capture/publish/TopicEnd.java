package io.tidemark.capture.publish;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Finds the last committed record of a topic with one partition. Behind it lie offsets of
 * transaction markers and of aborted records, so the search goes back in growing steps until a
 * record turns up.
 */
final class TopicEnd {
    private static final long FIRST_STEP = 16;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TopicPartition partition;
    private final Map<String, Object> config;
    private final RecordDeserializer<OplogRecord> deserializer;
    private final EndTurn turn;

    TopicEnd(
            String topic,
            Map<String, String> client,
            RecordDeserializer<OplogRecord> deserializer,
            EndTurn turn) {
        this.partition = new TopicPartition(topic, 0);
        this.deserializer = deserializer;
        this.turn = turn;
        this.config = new HashMap<>(client);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, topic + "-end");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "10000");
    }

    private static ResumePoint resumePoint(OplogRecord last) {
        Incarnation incarnation = new Incarnation(last.getIncarnation());
        boolean hole = last.getKind() == RecordKind.START || last.getKind() == RecordKind.GAP;
        return hole
                ? new ResumePoint.AfterHole(OplogRecords.optime(last), incarnation)
                : new ResumePoint.AfterEntry(OplogRecords.optime(last), incarnation);
    }

    /** The resume point that the topic's end means. */
    ResumePoint read() {
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
            return turn.take(() -> lastBetween(consumer, begin, end));
        }
    }

    private ResumePoint lastBetween(Consumer<byte[], byte[]> consumer, long begin, long end) {
        long step = FIRST_STEP;
        for (long from = end; from > begin; step *= 8) {
            long until = from;
            from = Math.max(begin, end - step);
            Optional<byte[]> found = lastOf(consumer, from, until);
            if (found.isPresent()) {
                return resumePoint(deserializer.deserialize(partition.topic(), found.get()));
            }
        }
        return new ResumePoint.Empty();
    }

    private Optional<byte[]> lastOf(Consumer<byte[], byte[]> consumer, long from, long until) {
        consumer.seek(partition, from);
        byte[] last = null;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.position(partition) < until) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                last = record.offset() < until ? record.value() : last;
            }
            if (System.nanoTime() > deadline) {
                throw new TopicUnavailableException(
                        "The end of topic "
                                + partition.topic()
                                + " can't be read: offset "
                                + consumer.position(partition)
                                + " of "
                                + until
                                + " after "
                                + PATIENCE.toSeconds()
                                + " s",
                        null);
            }
        }
        return Optional.ofNullable(last);
    }
}
