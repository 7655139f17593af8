package io.tidemark.capture.control;

import io.tidemark.capture.operation.Candidate;
import io.tidemark.capture.operation.OperationBoard;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationState;
import io.tidemark.capture.operation.ShareState;
import io.tidemark.capture.snapshot.PruneAfterSnapshot;
import io.tidemark.schemas.avro.BaseSnapshotRecord;
import io.tidemark.schemas.avro.OperationRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.wire.RecordSerializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operations on their compacted topic: what has changed at once, what goes on and has not
 * changed every ten seconds, so that those who wait know that somebody leads. One thread.
 */
public final class KafkaOperationBoard implements OperationBoard {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaOperationBoard.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final long TELL_AGAIN_MILLIS = 10_000;
    private final String topic;
    private final String bases;
    private final RecordSerializer<OperationRecord> serializer;
    private final RecordSerializer<BaseSnapshotRecord> baseSerializer;
    private final Map<String, Object> config;
    private OperationRecord told;
    private Producer<byte[], byte[]> producer;

    public KafkaOperationBoard(
            TopicNames names, Map<String, String> client, SchemaRegistry registry) {
        this.topic = names.operations();
        this.bases = names.baseSnapshots();
        this.baseSerializer = new RecordSerializer<>(registry, BaseSnapshotRecord.getClassSchema());
        this.serializer = new RecordSerializer<>(registry, OperationRecord.getClassSchema());
        this.config = new HashMap<>(client);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, topic);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        // The thread that tells also keeps locks alive: it must not wait long for Kafka.
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1L << 20);
    }

    @Override
    public void tell(
            OperationState state, Collection<ShareState> shares, Collection<Candidate> candidates) {
        OperationRecord record =
                OperationRecords.of(state, shares, candidates, System.currentTimeMillis());
        if (isKnown(record)) {
            return;
        }
        if (isSent(topic, record.getOperationId(), serializer, record)) {
            told = record;
        }
    }

    private boolean isKnown(OperationRecord record) {
        if (told == null
                || record.getUpdatedMillis() - told.getUpdatedMillis() > TELL_AGAIN_MILLIS) {
            return false;
        }
        long toldMillis = told.getUpdatedMillis();
        told.setUpdatedMillis(record.getUpdatedMillis()); // the moment alone is no news
        boolean same = record.equals(told);
        told.setUpdatedMillis(toldMillis);
        return same;
    }

    @Override
    public void complete(OperationState done, Collection<ShareState> shares) {
        if (done.request().kind() != OperationKind.SNAPSHOT) {
            return;
        }
        BaseSnapshotRecord base = OperationRecords.base(done, shares);
        if (isSent(bases, base.getId(), baseSerializer, base)) {
            forget(done.facts().getOrDefault(PruneAfterSnapshot.PRUNED, ""));
            producer.flush();
        }
    }

    /** Bases that are gone serve no restore: the topic forgets them. */
    private void forget(String ids) {
        for (String id : ids.split(",")) {
            if (!id.isEmpty()) {
                producer.send(KnownBases.tombstone(bases, id), (sent, e) -> failed(e));
            }
        }
    }

    private <T extends SpecificRecord> boolean isSent(
            String to, String key, RecordSerializer<T> values, T record) {
        try {
            if (producer == null) {
                producer =
                        new KafkaProducer<>(
                                config, new ByteArraySerializer(), new ByteArraySerializer());
            }
            producer.send(
                    new ProducerRecord<>(
                            to, key.getBytes(StandardCharsets.UTF_8), values.serialize(to, record)),
                    (sent, error) -> failed(error));
            return true;
        } catch (KafkaException | SchemaRegistryException e) {
            failed(e);
            return false;
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_TIMEOUT);
            producer = null;
        }
    }

    private static void failed(Exception error) {
        if (error != null) {
            LOGGER.atWarn()
                    .addKeyValue("error", error.getMessage())
                    .log("The state of an operation was not told");
        }
    }
}
