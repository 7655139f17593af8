package io.tidemark.sink.consume;

import io.tidemark.schemas.layout.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads through one consumer of the group {@link TopicNames#sinkGroup}. */
public final class KafkaOplogTopicReader implements OplogTopicReader {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaOplogTopicReader.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Per topic and fetch. Less than one large record: Kafka gives a first record that is larger
     * (KIP-74), and many topics may each have this much waiting.
     */
    private static final int PARTITION_FETCH_BYTES = 2 * 1024 * 1024;

    private static final String HEARTBEAT_AGE = "last-heartbeat-seconds-ago";
    private static final int FETCH_BYTES = 18 * 1024 * 1024;
    private final TopicNames names;
    private final Consumer<byte[], byte[]> consumer;
    private final StaticMember membership;
    private final Map<TopicPartition, OplogPartition> assigned = new HashMap<>();
    private final long begunNanos = System.nanoTime();
    private final Duration heartbeat;
    private Metric lastHeartbeat;
    private boolean closed;

    private KafkaOplogTopicReader(
            TopicNames names,
            Consumer<byte[], byte[]> consumer,
            StaticMember membership,
            Duration heartbeat) {
        this.heartbeat = heartbeat;
        this.names = names;
        this.consumer = consumer;
        this.membership = membership;
    }

    /**
     * Makes the consumer; it connects when it is polled.
     *
     * @param client settings of Kafka's clients: brokers, security
     */
    public static KafkaOplogTopicReader of(TopicNames names, Map<String, String> client) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
        config.putAll(client);
        // Not for users to change: correctness rests on them.
        config.put(ConsumerConfig.GROUP_ID_CONFIG, names.sinkGroup());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.CHECK_CRCS_CONFIG, "true");
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class));
        return new KafkaOplogTopicReader(
                names,
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                StaticMember.of(config),
                heartbeat(config));
    }

    private static Duration heartbeat(Map<String, Object> config) {
        Object millis = config.getOrDefault(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
        return Duration.ofMillis(Long.parseLong(millis.toString().strip()));
    }

    @Override
    public void subscribe(Assignments listener) {
        consumer.subscribe(names.allOplogs(), new Rebalances(listener));
    }

    @Override
    public Polled poll(Duration atMost) {
        try {
            membership.beforePoll(consumer);
            ConsumerRecords<byte[], byte[]> records = consumer.poll(atMost);
            return new Polled(split(records), Set.of());
        } catch (OffsetOutOfRangeException e) {
            Set<OplogPartition> out = new HashSet<>();
            e.partitions().forEach(tp -> out.add(oplog(tp)));
            return new Polled(List.of(), out);
        } catch (WakeupException asked) {
            return new Polled(List.of(), Set.of());
        } catch (KafkaException e) {
            throw new TopicsRefusedException(
                    "Kafka gives no oplog records ("
                            + e.getMessage()
                            + "). See to brokers,"
                            + " credentials and rights (read the topics tidemark.<cluster>.oplog.*,"
                            + " and the group "
                            + names.sinkGroup()
                            + "); then start again.",
                    e);
        }
    }

    private List<PartitionRecords> split(ConsumerRecords<byte[], byte[]> records) {
        List<PartitionRecords> split = new ArrayList<>();
        for (TopicPartition tp : records.partitions()) {
            List<PublishedRecord> published = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records.records(tp)) {
                published.add(new PublishedRecord(record.offset(), record.value()));
            }
            split.add(new PartitionRecords(oplog(tp), published));
        }
        return split;
    }

    @Override
    public void seek(OplogPartition partition, long offset) {
        consumer.seek(tp(partition), offset);
    }

    @Override
    public void pauseOnly(Set<OplogPartition> partitions) {
        Set<TopicPartition> wanted = new HashSet<>();
        for (OplogPartition partition : partitions) {
            wanted.add(tp(partition));
        }
        wanted.retainAll(assigned.keySet());
        Set<TopicPartition> paused = consumer.paused();
        if (!paused.equals(wanted)) {
            consumer.pause(wanted);
            Set<TopicPartition> others = new HashSet<>(paused);
            others.removeAll(wanted);
            consumer.resume(others);
        }
    }

    @Override
    public void commit(OplogPartition partition, long nextOffset) {
        consumer.commitAsync(
                Map.of(tp(partition), new OffsetAndMetadata(nextOffset)),
                (offsets, error) -> {
                    if (error != null) {
                        // The bucket knows better; only lag metrics are late.
                        LOGGER.debug("Offsets {} were not committed", offsets, error);
                    }
                });
    }

    @Override
    public long waiting(OplogPartition partition) {
        return consumer.currentLag(tp(partition)).orElse(0);
    }

    /** The client keeps the age of the last heartbeat as a metric: -1 before the first. */
    @Override
    public Optional<Duration> unheard() {
        if (lastHeartbeat == null) {
            lastHeartbeat =
                    consumer.metrics().values().stream()
                            .filter(m -> m.metricName().name().equals(HEARTBEAT_AGE))
                            .findFirst()
                            .orElse(null);
        }
        if (lastHeartbeat == null) {
            return Optional.empty();
        }
        Duration age =
                lastHeartbeat.metricValue() instanceof Number seconds && seconds.longValue() >= 0
                        ? Duration.ofSeconds(seconds.longValue())
                        : Duration.ofNanos(System.nanoTime() - begunNanos);
        Duration late = age.minus(heartbeat);
        return Optional.of(late.isNegative() ? Duration.ZERO : late);
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private OplogPartition oplog(TopicPartition tp) {
        return assigned.computeIfAbsent(tp, this::require);
    }

    private OplogPartition require(TopicPartition tp) {
        if (tp.partition() != 0) {
            throw new TopicsRefusedException(
                    "Topic "
                            + tp.topic()
                            + " has several partitions: the order of its entries is"
                            + " lost. Oplog topics are made by capture, with one partition; delete"
                            + " this one and let capture make it.",
                    null);
        }
        return new OplogPartition(tp.topic(), names.replicaSetOf(tp.topic()).orElseThrow());
    }

    private static TopicPartition tp(OplogPartition partition) {
        return new TopicPartition(partition.topic(), 0);
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        private final Assignments listener;

        Rebalances(Assignments listener) {
            this.listener = listener;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            Set<OplogPartition> ours = new HashSet<>();
            for (TopicPartition tp : partitions) {
                ours.add(oplog(tp));
                // Any position will do until the bucket has answered; without one, poll fails.
                consumer.seek(tp, 0);
            }
            consumer.pause(partitions);
            membership.assigned();
            listener.assigned(ours);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            Set<OplogPartition> gone = new HashSet<>();
            for (TopicPartition tp : partitions) {
                gone.add(oplog(tp));
                assigned.remove(tp);
            }
            listener.revoked(gone);
        }
    }
}
