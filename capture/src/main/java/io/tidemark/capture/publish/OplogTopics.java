package io.tidemark.capture.publish;

import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates topics with settings of ours, never the broker's defaults, and refuses existing ones that
 * can't hold an oplog. Connects when first used. Safe for use by several threads.
 */
public final class OplogTopics implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OplogTopics.class);
    private static final long TIMEOUT_SECONDS = 60;
    private final TopicNames names;
    private final OplogTopicSettings settings;
    private Admin admin;

    public OplogTopics(TopicNames names, OplogTopicSettings settings) {
        this.names = names;
        this.settings = settings;
    }

    /**
     * Makes sure that the replica set's topic exists and can hold its oplog. Harmless when
     * repeated.
     *
     * @throws TopicMisconfiguredException if it exists with other than one partition, or a lower
     *     limit of size
     * @throws TopicUnavailableException if Kafka can't be reached
     */
    public void ensureOplog(ReplicaSet replicaSet) {
        String topic = names.oplog(replicaSet);
        if (!created(topic, oplogConfig())) {
            requireOnePartition(topic);
            requireRoom(topic);
        }
    }

    /** Makes sure that the topic of capture's status exists. Harmless when repeated. */
    public void ensureStatus() {
        created(names.captureStatus(), compacted());
    }

    /** Makes sure that commands and operations have their topics. Harmless when repeated. */
    public void ensureOperations() {
        created(
                names.control(),
                Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(settings.retention().toMillis()),
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        Integer.toString(settings.minInsyncReplicas())));
        requireOnePartition(names.control());
        created(names.operations(), compacted());
        created(names.baseSnapshots(), compacted());
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close();
            admin = null;
        }
    }

    private Map<String, String> compacted() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                Integer.toString(settings.minInsyncReplicas()));
    }

    private Map<String, String> oplogConfig() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(settings.retention().toMillis()),
                TopicConfig.RETENTION_BYTES_CONFIG,
                "-1",
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(OplogTopicSettings.MAX_MESSAGE_BYTES),
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                Integer.toString(settings.minInsyncReplicas()),
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                "producer",
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                "false");
    }

    /** False if it exists. */
    private boolean created(String topic, Map<String, String> config) {
        NewTopic wanted = new NewTopic(topic, 1, settings.replicationFactor()).configs(config);
        try {
            get(topic, () -> admin().createTopics(Set.of(wanted)).all());
            LOGGER.atInfo().addKeyValue("topic", topic).log("Created the topic");
            return true;
        } catch (TopicMisconfiguredException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
            return false;
        }
    }

    private void requireOnePartition(String topic) {
        TopicDescription description =
                get(topic, () -> admin().describeTopics(Set.of(topic)).allTopicNames()).get(topic);
        if (description.partitions().size() != 1) {
            throw new TopicMisconfiguredException(
                    "Topic %s has %d partitions, but the order of an oplog needs exactly one. Delete the topic, or give this cluster another name."
                            .formatted(topic, description.partitions().size()));
        }
    }

    private void requireRoom(String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config =
                get(topic, () -> admin().describeConfigs(Set.of(resource)).all()).get(resource);
        int limit = Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
        if (limit < OplogTopicSettings.MAX_MESSAGE_BYTES) {
            throw new TopicMisconfiguredException(
                    "Topic %s takes messages up to %d bytes, but an oplog entry can need %d. Set max.message.bytes of the topic to that."
                            .formatted(topic, limit, OplogTopicSettings.MAX_MESSAGE_BYTES));
        }
    }

    private synchronized Admin admin() {
        if (admin == null) {
            Map<String, Object> config = new HashMap<>(settings.client());
            config.put(AdminClientConfig.CLIENT_ID_CONFIG, names.captureGroup() + "-topics");
            admin = Admin.create(config);
        }
        return admin;
    }

    private interface Request<T> {
        org.apache.kafka.common.KafkaFuture<T> send();
    }

    private static <T> T get(String topic, Request<T> request) {
        try {
            return request.send().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                throw new TopicUnavailableException(
                        "Kafka did not answer about topic "
                                + topic
                                + ": "
                                + e.getCause().getMessage(),
                        e.getCause());
            }
            throw new TopicMisconfiguredException(
                    "Kafka refuses topic " + topic + ": " + e.getCause().getMessage(),
                    e.getCause());
        } catch (TimeoutException e) {
            throw new TopicUnavailableException("Kafka did not answer about topic " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TopicUnavailableException("Interrupted while asking for topic " + topic, e);
        }
    }
}
