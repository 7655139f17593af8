package io.tidemark.capture.control;

import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.ControlTopic;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.schemas.avro.ControlRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole topic, outside of any group: every agent hears every command. Begins with what
 * was written shortly before. One thread.
 */
public final class KafkaControlTopic implements ControlTopic {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaControlTopic.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private final TopicPartition partition;
    private final Map<String, Object> config;
    private final Duration lookBack;
    private final RecordDeserializer<ControlRecord> values;
    private Consumer<byte[], byte[]> consumer;
    private boolean placed;
    private String lastError = "";

    /**
     * @param lookBack how old a command may be to be heard by an agent that begins now
     */
    public KafkaControlTopic(
            TopicNames names,
            Map<String, String> client,
            SchemaRegistry registry,
            Duration lookBack) {
        this.partition = new TopicPartition(names.control(), 0);
        this.lookBack = lookBack;
        this.values =
                new RecordDeserializer<>(
                        registry, ControlRecord.class, ControlRecord.getClassSchema());
        this.config = new HashMap<>(client);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, names.control());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
        config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
        // A record that can't be decoded must not hide those behind it in the same answer.
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 100);
    }

    @Override
    public List<Order> poll() {
        List<Order> orders = new ArrayList<>();
        try {
            begin();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ZERO)) {
                order(record).ifPresent(orders::add);
            }
            lastError = "";
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            if (!lastError.equals(String.valueOf(e.getMessage()))) {
                LOGGER.atWarn()
                        .addKeyValue("topic", partition.topic())
                        .addKeyValue("error", e.getMessage())
                        .log("Commands can't be heard now; trying again");
            }
            lastError = String.valueOf(e.getMessage());
        }
        return orders;
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(ANSWER));
            consumer = null;
        }
    }

    private void begin() {
        if (consumer == null) {
            consumer =
                    new KafkaConsumer<>(
                            config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer.assign(List.of(partition));
        }
        if (!placed) {
            long since = System.currentTimeMillis() - lookBack.toMillis();
            OffsetAndTimestamp from =
                    consumer.offsetsForTimes(Map.of(partition, since)).get(partition);
            if (from == null) {
                consumer.seekToEnd(List.of(partition));
                // Resolved now: else a command that comes before the first poll would be passed
                // over.
                consumer.position(partition);
            } else {
                consumer.seek(partition, from.offset());
            }
            placed = true;
        }
    }

    private Optional<Order> order(ConsumerRecord<byte[], byte[]> record) {
        try {
            ControlRecord command = values.deserialize(record.topic(), record.value());
            return command == null ? Optional.empty() : order(command);
        } catch (SerializationException | SchemaRegistryException | IllegalArgumentException e) {
            LOGGER.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("error", e.getMessage())
                    .log("A command can't be understood; it is passed over");
            return Optional.empty();
        }
    }

    private static Optional<Order> order(ControlRecord command) {
        OperationId id = new OperationId(command.getOperationId());
        if (command.getCommand().equals("cancel")) {
            return Optional.of(new Cancel(id, command.getIssuedMillis()));
        }
        OperationKind kind = OperationKind.valueOf(command.getCommand().toUpperCase(Locale.ROOT));
        return Optional.of(
                new Begin(
                        new ControlCommand(
                                id, kind, command.getParameters(), command.getIssuedMillis())));
    }
}
