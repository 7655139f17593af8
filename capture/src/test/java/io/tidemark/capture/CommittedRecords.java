package io.tidemark.capture;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics as any consumer of committed records would. */
public record CommittedRecords(String bootstrapServers, SchemaRegistry registry) {
    private static final Set<TransactionState> ENDING =
            Set.of(TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);

    /** Everything committed when called. */
    public List<OplogRecord> of(String topic) {
        RecordDeserializer<OplogRecord> deserializer =
                new RecordDeserializer<>(registry, OplogRecord.class, OplogRecord.getClassSchema());
        return raw(topic).stream()
                .map(record -> deserializer.deserialize(topic, record.value()))
                .toList();
    }

    public List<ConsumerRecord<byte[], byte[]>> raw(String topic) {
        return raw(topic, Long.MAX_VALUE);
    }

    /** The last record, if there is one near the end. */
    public Optional<OplogRecord> last(String topic) {
        List<ConsumerRecord<byte[], byte[]>> last = raw(topic, 20);
        return last.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new RecordDeserializer<>(
                                        registry, OplogRecord.class, OplogRecord.getClassSchema())
                                .deserialize(topic, last.get(last.size() - 1).value()));
    }

    private List<ConsumerRecord<byte[], byte[]>> raw(String topic, long offsetsAtMost) {
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            if (!exists(topic)) {
                return records;
            }
            long end = end(consumer, partition);
            if (offsetsAtMost < end) {
                consumer.seek(partition, end - offsetsAtMost);
            }
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    /** Where the topic ends, committed or not; 0 before it is there. */
    long written(String topic) {
        if (!exists(topic)) {
            return 0;
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return end(admin, new TopicPartition(topic, 0));
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("can't read the end of " + topic, e);
        }
    }

    private static long end(Admin admin, TopicPartition partition)
            throws ExecutionException, InterruptedException {
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private boolean exists(String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin.listTopics().names().get().contains(topic);
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("can't list topics", e);
        }
    }

    /**
     * A commit is answered when it is certain, and shows to readers a moment later, when its
     * markers are written. Waits for that, however long it takes; not for transactions that stay
     * open.
     */
    private long end(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            long all = end(admin, partition);
            boolean ending;
            long committed;
            do {
                ending = isAnyEnding(admin);
                committed = consumer.endOffsets(List.of(partition)).get(partition);
            } while (committed < all && ending);
            return committed;
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("can't read the end of " + partition, e);
        }
    }

    /** Whether the markers of some transaction are still to be written. */
    private static boolean isAnyEnding(Admin admin)
            throws ExecutionException, InterruptedException {
        return admin.listTransactions().all().get().stream()
                .map(TransactionListing::state)
                .anyMatch(ENDING::contains);
    }
}
