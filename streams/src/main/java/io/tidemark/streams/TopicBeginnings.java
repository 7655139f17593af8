package io.tidemark.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** The first offset that a topic still keeps. */
final class TopicBeginnings implements ToLongFunction<String>, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final Admin admin;

    TopicBeginnings(Map<String, ?> client) {
        this.admin = Admin.create(new HashMap<>(client));
    }

    /**
     * @throws org.apache.kafka.common.errors.TimeoutException if Kafka doesn't answer
     */
    @Override
    public long applyAsLong(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                    .partitionResult(partition)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .offset();
        } catch (ExecutionException | TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    "Kafka does not tell where topic " + topic + " begins: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(
                    "Interrupted while Kafka was asked where topic " + topic + " begins", e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
