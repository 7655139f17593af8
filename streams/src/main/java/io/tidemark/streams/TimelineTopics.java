package io.tidemark.streams;

import io.tidemark.schemas.layout.TopicNames;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The topics that the application writes, and those that it reads and others may not have made yet:
 * all compacted, of one partition.
 */
final class TimelineTopics {
    /** The greatest record on topics of signals and events: facts of an entry of 16 MiB. */
    static final int MAX_MESSAGE_BYTES = 18 * 1024 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private final TopicNames names;
    private final StreamsConfig config;

    TimelineTopics(TopicNames names, StreamsConfig config) {
        this.names = names;
        this.config = config;
    }

    /**
     * @throws KafkaUnavailableException if Kafka doesn't answer, or refuses
     */
    void ensure() {
        List<String> topics =
                List.of(
                        names.events(),
                        names.windows(),
                        names.captureStatus(),
                        names.archiveProgress(),
                        names.baseSnapshots());
        Map<String, Object> client = new HashMap<>(config.kafka());
        try (Admin admin = Admin.create(client)) {
            for (String topic : topics) {
                make(admin, topic);
            }
            requireOnePartition(admin, topics);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new KafkaUnavailableException(
                    "Kafka at "
                            + config.kafka().get("bootstrap.servers")
                            + " does not give the timeline's topics: "
                            + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaUnavailableException("Interrupted while asking for topics", e);
        }
    }

    private void make(Admin admin, String topic)
            throws ExecutionException, InterruptedException, TimeoutException {
        NewTopic wanted =
                new NewTopic(topic, 1, config.topics().replicationFactor())
                        .configs(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT,
                                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                                        Integer.toString(config.topics().minInsyncReplicas()),
                                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                        Integer.toString(MAX_MESSAGE_BYTES)));
        try {
            admin.createTopics(List.of(wanted))
                    .all()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private static void requireOnePartition(Admin admin, List<String> topics)
            throws ExecutionException, InterruptedException, TimeoutException {
        describe(admin, topics)
                .forEach(
                        (topic, description) -> {
                            if (description.partitions().size() != 1) {
                                throw new KafkaUnavailableException(
                                        "Topic %s has %d partitions, but its order needs exactly one. Delete the topic, or give this cluster another name."
                                                .formatted(topic, description.partitions().size()),
                                        null);
                            }
                        });
    }

    /** A topic just made may be unknown to the node that is asked, for a moment. */
    private static Map<String, TopicDescription> describe(Admin admin, List<String> topics)
            throws ExecutionException, InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return admin.describeTopics(topics)
                        .allTopicNames()
                        .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                boolean passes = e.getCause() instanceof UnknownTopicOrPartitionException;
                if (!passes || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }
}
