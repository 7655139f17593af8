package io.tidemark.capture.control;

import io.tidemark.capture.publish.TopicUnavailableException;
import io.tidemark.schemas.layout.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The base snapshots that the topic {@code .base-snapshots} tells of. It is compacted, its keys are
 * the snapshots' ids, and a base that is gone serves no restore: a tombstone says so to streams.
 */
public final class KnownBases {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private final String topic;
    private final Map<String, Object> client;

    /**
     * Opens nothing yet.
     *
     * @param client settings of every Kafka client, by Kafka's names
     */
    public KnownBases(TopicNames names, Map<String, String> client) {
        this.topic = names.baseSnapshots();
        this.client = new HashMap<>(client);
        this.client.remove(ConsumerConfig.GROUP_ID_CONFIG);
        this.client.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    }

    /**
     * All ids but those with a tombstone; none where there is no such topic.
     *
     * @throws TopicUnavailableException if Kafka doesn't answer
     */
    public Set<String> ids() {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer.listTopics().containsKey(topic) ? ids(consumer) : Set.of();
        } catch (KafkaException e) {
            throw unavailable("read", e);
        }
    }

    private Set<String> ids(Consumer<byte[], byte[]> consumer) {
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Set<String> ids = new TreeSet<>();
        while (consumer.position(partition) < end) {
            if (System.nanoTime() > deadline) {
                throw unavailable("read", new TimeoutException("its end was not reached"));
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                String id = new String(record.key(), StandardCharsets.UTF_8);
                if (record.value() == null) {
                    ids.remove(id);
                } else {
                    ids.add(id);
                }
            }
        }
        return ids;
    }

    /**
     * Returns when Kafka has a tombstone for each. Harmless when repeated.
     *
     * @throws TopicUnavailableException if Kafka does not take them
     */
    public void forget(Collection<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            ids.forEach(id -> sent.add(producer.send(tombstone(topic, id))));
            for (Future<?> each : sent) {
                each.get(PATIENCE.toSeconds() + 1, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw unavailable("written to", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("written to", e);
        }
    }

    static ProducerRecord<byte[], byte[]> tombstone(String topic, String id) {
        return new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), null);
    }

    private TopicUnavailableException unavailable(String what, Exception e) {
        return new TopicUnavailableException(
                "Topic %s can't be %s: %s. What was pruned is gone from the bucket, but streams may still take it for a base until 'tidemark prune' is run again with Kafka named and there."
                        .formatted(topic, what, e.getMessage()),
                e);
    }
}
