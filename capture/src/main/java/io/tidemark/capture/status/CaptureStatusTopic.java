package io.tidemark.capture.status;

import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.wire.RecordSerializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes statuses that changed. Nothing depends on one arriving: where capture resumes is read from
 * the oplog topic alone, so a failure is logged and the next status tries again.
 */
public final class CaptureStatusTopic implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CaptureStatusTopic.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private final String topic;
    private final RecordSerializer<CaptureStatus> serializer;
    private final Map<String, Object> config;
    private final Map<String, CaptureStatus> told = new TreeMap<>();
    private Producer<byte[], byte[]> producer;

    public CaptureStatusTopic(
            TopicNames names, Map<String, String> client, SchemaRegistry registry) {
        this.topic = names.captureStatus();
        this.serializer = new RecordSerializer<>(registry, CaptureStatus.getClassSchema());
        this.config = new HashMap<>(client);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, topic);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1L << 20);
    }

    /** Sends those that differ from what was sent before; does not wait for them. */
    public void tell(Collection<CaptureStatus> statuses) {
        for (CaptureStatus status : statuses) {
            if (isNews(status)) {
                send(status);
            }
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_TIMEOUT);
            producer = null;
        }
    }

    private boolean isNews(CaptureStatus status) {
        CaptureStatus before = told.get(status.getReplicaSet());
        if (before == null) {
            return true;
        }
        before.setUpdatedMillis(status.getUpdatedMillis()); // the moment alone is no news
        return !before.equals(status);
    }

    private void send(CaptureStatus status) {
        try {
            if (producer == null) {
                producer =
                        new KafkaProducer<>(
                                config, new ByteArraySerializer(), new ByteArraySerializer());
            }
            byte[] key = status.getReplicaSet().getBytes(StandardCharsets.UTF_8);
            producer.send(
                    new ProducerRecord<>(topic, key, serializer.serialize(topic, status)),
                    (done, error) -> failed(error));
            told.put(status.getReplicaSet(), status);
        } catch (KafkaException | SchemaRegistryException e) {
            failed(e);
        }
    }

    private static void failed(Exception error) {
        if (error != null) {
            LOGGER.atWarn().addKeyValue("error", error.getMessage()).log("A status was not sent");
        }
    }
}
