package io.tidemark.capture.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topic over Kafka's transactions. The transactional id is the replica set's, so {@code
 * initTransactions} of a new owner ends the open transaction of the old one and refuses all its
 * later commits (KIP-98); only after that is the end of the topic final and worth reading.
 */
public final class KafkaOplogTopic implements OplogTopic {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /**
     * The producer keeps its buffers. Just under half of the smallest region of the G1 collector: a
     * larger array gets whole regions for itself, up to twice its size, and can't be moved.
     */
    private static final int BATCH_BYTES = 500 * 1024;

    private static final Map<RecordKind, byte[]> KIND_BYTES = kindBytes();

    private final String topic;
    private final RecordSerializer<OplogRecord> serializer;
    private final TopicEnd end;
    private final Map<String, Object> config;
    private Producer<byte[], byte[]> producer;
    private boolean inTransaction;

    public KafkaOplogTopic(
            TopicNames names,
            ReplicaSet replicaSet,
            OplogTopicSettings settings,
            SchemaRegistry registry,
            EndTurn endTurn) {
        this.topic = names.oplog(replicaSet);
        this.serializer = new RecordSerializer<>(registry, OplogRecord.getClassSchema());
        this.end =
                new TopicEnd(
                        topic,
                        settings.client(),
                        new RecordDeserializer<>(
                                registry, OplogRecord.class, OplogRecord.getClassSchema()),
                        endTurn);
        this.config = producerConfig(settings, names.captureTransactionalId(replicaSet));
    }

    private static Map<String, Object> producerConfig(OplogTopicSettings settings, String id) {
        Map<String, Object> config = new HashMap<>(settings.client());
        config.put(ProducerConfig.CLIENT_ID_CONFIG, id);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 60_000);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression());
        config.put(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG, 1);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, settings.bufferBytes());
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        // The most with which an idempotent producer keeps the order (KAFKA-5494). A transaction's
        // first
        // batch may be refused until the markers of the one before are written; what was sent
        // behind it is refused too then, and sent again, in order. With one request at a time the
        // broker waits for the network and the network for the broker, all the time.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, OplogTopicSettings.MAX_MESSAGE_BYTES);
        // A transaction right behind another is refused until the markers of the first are
        // written: ask again soon.
        config.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 10);
        return config;
    }

    @Override
    public ResumePoint open() {
        discard(Duration.ZERO);
        try {
            serializer.schemaId(topic);
            producer =
                    new KafkaProducer<>(
                            config, new ByteArraySerializer(), new ByteArraySerializer());
            producer.initTransactions();
            return end.read();
        } catch (SchemaRegistryException e) {
            throw translate(e);
        } catch (KafkaException e) {
            throw translate("open", e);
        }
    }

    @Override
    public EntryPreparer preparer(Incarnation incarnation) {
        requireOpen();
        return new EntryPreparer(serializer.schemaId(topic), incarnation);
    }

    @Override
    public void append(PreparedEntry entry) {
        send(producerRecord(entry.key(), entry.value(), entry.kind(), entry.ns()));
    }

    @Override
    public void append(OplogRecord record) {
        send(
                producerRecord(
                        OplogRecords.key(record),
                        serializer.serialize(topic, record),
                        record.getKind(),
                        record.getNs()));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        Producer<byte[], byte[]> open = requireOpen();
        try {
            if (!inTransaction) {
                open.beginTransaction();
                inTransaction = true;
            }
            // The outcome of each send shows at the commit, which fails if any of them did.
            open.send(record);
        } catch (KafkaException e) {
            throw lost("append to", e);
        }
    }

    @Override
    public void commit() {
        if (!inTransaction) {
            return;
        }
        try {
            requireOpen().commitTransaction();
            inTransaction = false;
        } catch (KafkaException e) {
            throw lost("commit to", e);
        }
    }

    @Override
    public void close() {
        discard(CLOSE_TIMEOUT);
    }

    private ProducerRecord<byte[], byte[]> producerRecord(
            byte[] key, byte[] value, RecordKind kind, String ns) {
        return new ProducerRecord<>(
                topic,
                0,
                null,
                key,
                value,
                List.of(
                        new RecordHeader(OplogRecords.KIND_HEADER, KIND_BYTES.get(kind)),
                        new RecordHeader(OplogRecords.NAMESPACE_HEADER, ns.getBytes(UTF_8))));
    }

    private static Map<RecordKind, byte[]> kindBytes() {
        Map<RecordKind, byte[]> bytes = new EnumMap<>(RecordKind.class);
        for (RecordKind kind : RecordKind.values()) {
            bytes.put(kind, kind.name().getBytes(US_ASCII));
        }
        return bytes;
    }

    private Producer<byte[], byte[]> requireOpen() {
        if (producer == null) {
            throw new IllegalStateException("topic " + topic + " is not open");
        }
        return producer;
    }

    /** Closing a producer aborts its open transaction, if it can still be heard. */
    private void discard(Duration timeout) {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        inTransaction = false;
        if (old != null) {
            old.close(timeout);
        }
    }

    /** The only way on is another {@link #open}: what the producer holds would wait for that. */
    private RuntimeException lost(String doing, KafkaException error) {
        discard(Duration.ZERO);
        return translate(doing, error);
    }

    private RuntimeException translate(String doing, KafkaException error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException
                    || cause instanceof InvalidProducerEpochException) {
                return new FencedException(
                        "Another agent has taken over topic "
                                + topic
                                + ", or Kafka gave up on this one's transaction",
                        error);
            }
            if (cause instanceof AuthorizationException
                    || cause instanceof AuthenticationException
                    || cause instanceof RecordTooLargeException) {
                return new TopicMisconfiguredException(
                        "Kafka refuses to " + doing + " topic " + topic + ": " + cause.getMessage(),
                        error);
            }
        }
        return new TopicUnavailableException(
                "Can't " + doing + " topic " + topic + ": " + error.getMessage(), error);
    }

    private RuntimeException translate(SchemaRegistryException error) {
        return error.problem() == SchemaRegistryException.Problem.UNREACHABLE
                ? new TopicUnavailableException(error.getMessage(), error)
                : new TopicMisconfiguredException(error.getMessage(), error);
    }
}
