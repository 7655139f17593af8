package io.tidemark.sink.store;

import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.wire.RecordSerializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@link ArchiveProgress} to the compacted topic, keyed by replica set. Thread-safe. */
public final class KafkaProgressLog implements ProgressLog {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaProgressLog.class);
    private final String topic;
    private final RecordSerializer<ArchiveProgress> serializer;
    private final ProgressTopic existence;
    private final Producer<byte[], byte[]> producer;

    /**
     * @param client settings of Kafka's clients: brokers, security
     */
    public KafkaProgressLog(TopicNames names, Map<String, String> client, SchemaRegistry registry) {
        this.topic = names.archiveProgress();
        this.serializer = new RecordSerializer<>(registry, ArchiveProgress.getClassSchema());
        this.existence = new ProgressTopic(topic, client);
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1024 * 1024);
        // A hint must not hold up the archive.
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
        this.producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void archived(Archived object) {
        if (!existence.isThere()) {
            return;
        }
        byte[] key = object.replicaSet().name().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] value = serializer.serialize(topic, progress(object));
            producer.send(
                    new ProducerRecord<>(topic, key, value),
                    (metadata, error) -> {
                        if (error != null) {
                            warn(object, error);
                        }
                    });
        } catch (KafkaException | SchemaRegistryException e) {
            warn(object, e);
        }
    }

    private static void warn(Archived object, Exception error) {
        LOGGER.atWarn()
                .setCause(error)
                .addKeyValue("replicaSet", object.replicaSet())
                .addKeyValue("objectKey", object.key().text())
                .log("Archive progress was not told; the object is in the bucket");
    }

    private static ArchiveProgress progress(Archived object) {
        ArchiveProgress progress = new ArchiveProgress();
        progress.setReplicaSet(object.replicaSet().name());
        progress.setIncarnation(object.key().incarnation().id());
        progress.setSeconds(object.last().clusterTime().seconds());
        progress.setIncrement(object.last().clusterTime().increment());
        progress.setTerm(object.last().term());
        progress.setObjectKey(object.key().text());
        progress.setTopicId(object.kafka().topicId());
        progress.setOffset(object.kafka().lastOffset());
        OptionalLong wall = object.wallMillis();
        progress.setWallMillis(wall.isPresent() ? wall.getAsLong() : null);
        progress.setGap(object.isGap());
        return progress;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
