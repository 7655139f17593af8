package io.tidemark.capture.ownership;

import io.tidemark.capture.shards.SourceSets;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of the consumer group of all capture agents. It reads nothing: every partition is
 * paused, and polling keeps up the membership. Whoever holds the partition of an oplog topic runs
 * the tailer of that replica set.
 */
public final class OwnershipLoop {
    private static final Duration POLL = Duration.ofMillis(200);
    private final TopicNames names;
    private final Supplier<SourceSets> known;
    private final OwnedTailers tailers;
    private final Map<String, Object> config;
    private final StaticMember membership;
    private final Duration sessionTimeout;
    private volatile Consumer<byte[], byte[]> consumer;
    private volatile long toldNanos;
    private volatile boolean member;

    public OwnershipLoop(
            TopicNames names,
            Supplier<SourceSets> known,
            TailerFactory factory,
            OwnershipSettings settings) {
        this.names = names;
        this.known = known;
        this.tailers =
                new OwnedTailers(
                        factory, settings.stopTimeout(), settings.sessionTimeout().multipliedBy(2));
        this.config = config(names, settings);
        this.sessionTimeout = settings.sessionTimeout();
        this.membership = new StaticMember(config);
    }

    private static Map<String, Object> config(TopicNames names, OwnershipSettings settings) {
        Map<String, Object> config = new HashMap<>(settings.client());
        int session = (int) settings.sessionTimeout().toMillis();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, names.captureGroup());
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                CooperativeStickyAssignor.class.getName());
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session);
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.max(100, session / 4));
        config.put(
                ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) settings.topicRefresh().toMillis());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return config;
    }

    /**
     * Joins the group if it has not; then polls once. Blocks for a fraction of a second.
     *
     * <p>Joins only once it is known which replica sets there are, and so after their topics were
     * made: a consumer that subscribes before looks for new topics {@code topicRefresh} later, and
     * until it is known no tailer could run anyway.
     */
    public void step() {
        if (consumer == null && !known.get().isKnown()) {
            return;
        }
        if (consumer == null) {
            consumer =
                    new KafkaConsumer<>(
                            config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer.subscribe(names.allOplogs(), new Listener());
        }
        try {
            membership.beforePoll(consumer);
            consumer.poll(POLL);
        } catch (WakeupException e) {
            return; // asked to stop: the caller's loop ends
        }
        tailers.reconcile(known.get());
    }

    /** Of the replica sets owned now; from any thread. */
    public Map<ReplicaSet, TailProgress> progress() {
        return tailers.progress();
    }

    /**
     * Why this agent can't know what is its own now; empty if the group has told it, if only
     * nothing. From any thread.
     */
    public Optional<String> unheard() {
        if (!member) {
            return Optional.of("Kafka has not told which replica sets are this agent's");
        }
        // Without a coordinator no heartbeat is sent. An agent that owns nothing would not see it
        // otherwise: the consumer waits for Kafka without a word.
        Duration silence = silence();
        return silence.compareTo(sessionTimeout) <= 0
                ? Optional.empty()
                : Optional.of(
                        "the group "
                                + names.captureGroup()
                                + " was not heard for "
                                + silence.toSeconds()
                                + " s (session timeout "
                                + sessionTimeout.toMillis()
                                + " ms); Kafka may be away");
    }

    /** Since the last heartbeat was sent; before the first, since the group told what is whose. */
    private Duration silence() {
        Consumer<?, ?> asked = consumer;
        return asked == null ? Duration.ZERO : sinceHeartbeat(asked).orElseGet(this::sinceTold);
    }

    private Duration sinceTold() {
        return Duration.ofNanos(System.nanoTime() - toldNanos);
    }

    private static Optional<Duration> sinceHeartbeat(Consumer<?, ?> consumer) {
        return consumer.metrics().entrySet().stream()
                .filter(e -> e.getKey().name().equals("last-heartbeat-seconds-ago"))
                .map(e -> ((Number) e.getValue().metricValue()).longValue())
                .filter(seconds -> seconds >= 0) // -1 before the first
                .map(Duration::ofSeconds)
                .findFirst();
    }

    /** A bug that ended a tailer; from any thread. */
    public Optional<Throwable> failure() {
        return tailers.failure();
    }

    /**
     * Stops the tailers in order and leaves the group, so that others take over at once. After the
     * last {@link #step}.
     *
     * @return how far the tailers came
     */
    public Map<ReplicaSet, TailProgress> close() {
        Map<ReplicaSet, TailProgress> last = tailers.revokeAll("the agent stops");
        if (consumer != null) {
            consumer.close();
            consumer = null;
        }
        return last;
    }

    private List<ReplicaSet> replicaSets(Collection<TopicPartition> partitions) {
        return partitions.stream().flatMap(p -> names.replicaSetOf(p.topic()).stream()).toList();
    }

    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            membership.assigned();
            consumer.pause(partitions);
            toldNanos = System.nanoTime();
            member = true;
            tailers.assigned(replicaSets(partitions));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            tailers.revoked(replicaSets(partitions), "another agent takes over");
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            member = false;
            tailers.lost(replicaSets(partitions));
        }
    }
}
