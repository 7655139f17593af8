package io.tidemark.capture.control;

import io.tidemark.capture.schedule.Invalidations;
import io.tidemark.schemas.avro.EventOutcome;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the events topic for what asks for a new base: a collection that was distributed anew, a
 * shard that came or went. Remembers the last of them. Where nobody writes that topic, none is
 * known. One thread.
 */
public final class KafkaTopologyEvents implements Invalidations, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaTopologyEvents.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int MOST_POLLS = 20;
    private static final Set<String> KINDS =
            Set.of(
                    "reshardCollection",
                    "unshardCollection",
                    "moveCollection",
                    "addShard",
                    "removeShard");
    private final TopicPartition partition;
    private final Map<String, Object> config;
    private final RecordDeserializer<TopologyEventRecord> values;
    private Consumer<byte[], byte[]> consumer;
    private Optional<Invalidation> last = Optional.empty();

    public KafkaTopologyEvents(
            TopicNames names, Map<String, String> client, SchemaRegistry registry) {
        this.partition = new TopicPartition(names.events(), 0);
        this.values =
                new RecordDeserializer<>(
                        registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
        this.config = new HashMap<>(client);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.remove("group.instance.id");
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, names.events());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1 << 20);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1 << 20);
    }

    @Override
    public Optional<Invalidation> last() {
        try {
            if (consumer == null) {
                begin();
            }
            if (consumer != null) {
                for (int i = 0; i < MOST_POLLS && read(); i++) {
                    // Locks are kept alive by the same thread: the rest comes with the next look.
                }
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            LOGGER.atDebug().addKeyValue("error", e.getMessage()).log("Events can't be read now");
        }
        return last;
    }

    /** Without the topic nothing is opened: the client would warn again and again. */
    private void begin() {
        Consumer<byte[], byte[]> opened =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        if (opened.listTopics().containsKey(partition.topic())) {
            opened.assign(List.of(partition));
            opened.seekToBeginning(List.of(partition));
            consumer = opened;
        } else {
            opened.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(ANSWER));
        }
    }

    private boolean read() {
        boolean any = false;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            any = true;
            take(record);
        }
        return any;
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        try {
            TopologyEventRecord event = values.deserialize(record.topic(), record.value());
            if (event != null
                    && event.getOutcome() == EventOutcome.COMPLETED
                    && KINDS.contains(event.getKind())) {
                Optional.ofNullable(event.getThrough())
                        .flatMap(ClusterTime::parse)
                        .filter(at -> last.isEmpty() || at.isAfter(last.get().through()))
                        .ifPresent(at -> last = Optional.of(new Invalidation(event.getKind(), at)));
            }
        } catch (SerializationException | SchemaRegistryException e) {
            LOGGER.atWarn()
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("error", e.getMessage())
                    .log("An event can't be understood; it is passed over");
        }
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(ANSWER));
            consumer = null;
        }
    }
}
