package io.tidemark.capture.control;

import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.publish.TopicUnavailableException;
import io.tidemark.schemas.avro.ControlRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Asks all agents of a cluster for something. */
public final class OperationCommands implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private final String topic;
    private final RecordSerializer<ControlRecord> serializer;
    private final Producer<byte[], byte[]> producer;
    private final String by;

    /**
     * @param by who asks, for people to read
     */
    public OperationCommands(
            TopicNames names, Map<String, String> client, SchemaRegistry registry, String by) {
        this.topic = names.control();
        this.by = by;
        this.serializer = new RecordSerializer<>(registry, ControlRecord.getClassSchema());
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        this.producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Returns when Kafka has the command.
     *
     * @throws TopicUnavailableException if Kafka does not take it
     * @throws io.tidemark.schemas.registry.SchemaRegistryException if the registry can't be asked
     */
    public void begin(ControlCommand command) {
        send(
                new ControlRecord(
                        command.id().text(),
                        command.kind().word(),
                        command.parameters(),
                        command.issuedMillis(),
                        by));
    }

    /** As {@link #begin}: asks for the end of an operation. */
    public void cancel(OperationId id, long nowMillis) {
        send(new ControlRecord(id.text(), "cancel", Map.of(), nowMillis, by));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
    }

    private void send(ControlRecord command) {
        byte[] key = command.getOperationId().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] value = serializer.serialize(topic, command);
            producer.send(new ProducerRecord<>(topic, key, value))
                    .get(PATIENCE.toSeconds() + 1, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw notTaken(e.getCause());
        } catch (KafkaException | TimeoutException e) {
            throw notTaken(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notTaken(e);
        }
    }

    private TopicUnavailableException notTaken(Throwable e) {
        return new TopicUnavailableException(
                "Kafka did not take the command on topic %s: %s. Nothing was begun, unless Kafka took it after all: 'tidemark status' tells. Are the bootstrap servers right, and did capture run once (it makes the topic)?"
                        .formatted(topic, e.getMessage()),
                e);
    }
}
