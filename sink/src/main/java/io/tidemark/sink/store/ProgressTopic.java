package io.tidemark.sink.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the compacted topic of archive progress exists. Where it can't be made now,
 * progress is not told for a while rather than asked for at each object: a hint must not hold up
 * the archive.
 */
final class ProgressTopic {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProgressTopic.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private final String topic;
    private final Map<String, Object> client;
    private boolean exists;
    private long nextTryNanos = System.nanoTime();

    ProgressTopic(String topic, Map<String, String> client) {
        this.topic = topic;
        this.client = Map.copyOf(client);
    }

    /** Whether the topic is there, made by this call if need be. */
    synchronized boolean isThere() {
        if (!exists && System.nanoTime() - nextTryNanos >= 0) {
            exists = make();
            nextTryNanos = System.nanoTime() + PAUSE.toNanos();
        }
        return exists;
    }

    private boolean make() {
        // One partition; as many copies as the brokers' own default says.
        NewTopic wanted =
                new NewTopic(topic, Optional.of(1), Optional.empty())
                        .configs(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT));
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(List.of(wanted))
                    .all()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return e.getCause() instanceof TopicExistsException || failed(e.getCause());
        } catch (TimeoutException | KafkaException e) {
            return failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean failed(Throwable error) {
        LOGGER.atWarn()
                .addKeyValue("topic", topic)
                .addKeyValue("error", error.getMessage())
                .log("The topic of archive progress can't be made; progress is not told for now");
        return false;
    }
}
