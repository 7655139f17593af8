package io.tidemark.cli.audit;

import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the oplog topics, in the order of each replica set and as they come between them. Headers
 * tell what need not be decoded. No consumer group: an audit disturbs nobody.
 */
final class TopicAudit implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long LOOK_FOR_TOPICS_NANOS = Duration.ofSeconds(10).toNanos();

    /** Records carry the time when they were sent: clocks may differ by so much. */
    private static final long CLOCKS_DIFFER_SECONDS = 3_600;

    private final TopicNames names;
    private final Predicate<ReplicaSet> chosen;
    private final AuditFilter filter;
    private final RecordDeserializer<OplogRecord> values;
    private final Consumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions = new HashSet<>();
    private long decoded;

    TopicAudit(
            KafkaPlace place, TopicNames names, Predicate<ReplicaSet> chosen, AuditFilter filter) {
        this.names = names;
        this.chosen = chosen;
        this.filter = filter;
        this.values =
                new RecordDeserializer<>(
                        place.registry(), OplogRecord.class, OplogRecord.getClassSchema());
        Map<String, Object> config = new HashMap<>(place.client());
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        this.consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The replica sets whose topics are there and chosen. */
    Set<ReplicaSet> find() {
        Set<ReplicaSet> found = new HashSet<>();
        for (TopicPartition topic : topics()) {
            names.replicaSetOf(topic.topic()).ifPresent(found::add);
        }
        return found;
    }

    private List<TopicPartition> topics() {
        return consumer.listTopics().keySet().stream()
                .filter(topic -> names.replicaSetOf(topic).filter(chosen).isPresent())
                .map(topic -> new TopicPartition(topic, 0))
                .toList();
    }

    /** Up to what is there now. */
    void run(AuditLines lines) {
        assign(topics());
        seekToFrom(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (!lines.isFull()
                && partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
            poll(lines);
        }
    }

    /**
     * Goes on until enough is printed, with the topics of new shards.
     *
     * @param fromNow whether what is there already is passed over
     */
    void follow(AuditLines lines, boolean fromNow) {
        assign(topics());
        if (fromNow) {
            consumer.seekToEnd(partitions);
        } else {
            seekToFrom(partitions);
        }
        // Where the ends are is asked now, not when the first poll comes to it.
        partitions.forEach(consumer::position);
        long looked = System.nanoTime();
        while (!lines.isFull()) {
            poll(lines);
            if (System.nanoTime() - looked > LOOK_FOR_TOPICS_NANOS) {
                addNewTopics();
                looked = System.nanoTime();
            }
        }
    }

    private void addNewTopics() {
        List<TopicPartition> added =
                topics().stream().filter(topic -> !partitions.contains(topic)).toList();
        if (!added.isEmpty()) {
            assign(added);
            consumer.seekToBeginning(added);
        }
    }

    private void assign(Collection<TopicPartition> added) {
        partitions.addAll(added);
        consumer.assign(partitions);
    }

    private void seekToFrom(Collection<TopicPartition> all) {
        consumer.seekToBeginning(all);
        long seconds = filter.from().seconds() - CLOCKS_DIFFER_SECONDS;
        if (seconds <= 0) {
            return;
        }
        Map<TopicPartition, Long> times = new HashMap<>();
        all.forEach(partition -> times.put(partition, seconds * 1000));
        Map<TopicPartition, OffsetAndTimestamp> offsets = consumer.offsetsForTimes(times);
        for (TopicPartition partition : all) {
            OffsetAndTimestamp offset = offsets.get(partition);
            if (offset != null) {
                consumer.seek(partition, offset.offset());
            }
        }
    }

    private void poll(AuditLines lines) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (mayMatch(record)) {
                decoded++;
                add(record, lines);
            }
        }
    }

    /** How many records were decoded, those that were passed over left out. */
    long decoded() {
        return decoded;
    }

    private boolean mayMatch(ConsumerRecord<byte[], byte[]> record) {
        Optional<String> kind = header(record, OplogRecords.KIND_HEADER);
        Optional<String> ns = header(record, OplogRecords.NAMESPACE_HEADER);
        // Of a kind to come, or from another writer: the record itself tells.
        return kind.flatMap(TopicAudit::kind)
                .map(known -> filter.mayMatch(known, ns.orElse("")))
                .orElse(true);
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    private static Optional<RecordKind> kind(String name) {
        try {
            return Optional.of(RecordKind.valueOf(name));
        } catch (IllegalArgumentException later) {
            return Optional.empty();
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record, AuditLines lines) {
        OplogRecord value = values.deserialize(record.topic(), record.value());
        ReplicaSet set = names.replicaSetOf(record.topic()).orElseThrow();
        ByteBuffer raw = value.getEntry();
        if (raw != null) {
            byte[] entry = new byte[raw.remaining()];
            raw.duplicate().get(entry);
            lines.add(new AuditRecord.Written(set, OplogEntry.of(entry)));
        } else if (isWithin(OplogRecords.clusterTime(value))) {
            OplogRecords.gap(value).ifPresent(gap -> lines.add(new AuditRecord.Missing(set, gap)));
        }
    }

    private boolean isWithin(ClusterTime time) {
        return !time.isBefore(filter.from());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
