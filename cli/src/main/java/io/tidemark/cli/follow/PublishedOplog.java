package io.tidemark.cli.follow;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.sink.consume.KafkaTopicFacts;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.storage.slice.KafkaRange;
import io.tidemark.storage.slice.SliceHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * One oplog topic behind the newest slice: entries are read ahead up to so many bytes. Offsets
 * follow each other, so what comes behind the slice's last offset comes behind its last entry. At a
 * gap, and where capture began anew, it ends until the archive has come past that place.
 */
final class PublishedOplog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration LOOKUP = Duration.ofSeconds(30);
    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final TopicPartition topic;
    private final KafkaTopicFacts facts;
    private final RecordDeserializer<OplogRecord> decoder;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final long mostBytes;
    private final Deque<OplogEntry> ahead = new ArrayDeque<>();
    private Optional<Consumer<byte[], byte[]>> consumer = Optional.empty();
    private long aheadBytes;
    private long nextOffset;
    private boolean ended;
    private long lookedNanos;
    private ClusterTime last = ClusterTime.ZERO;
    private Optional<SliceHeader> slice = Optional.empty();

    PublishedOplog(
            String topic,
            KafkaTopicFacts facts,
            RecordDeserializer<OplogRecord> decoder,
            Supplier<Consumer<byte[], byte[]>> consumers,
            long mostBytes) {
        this.topic = new TopicPartition(topic, 0);
        this.facts = facts;
        this.decoder = decoder;
        this.consumers = consumers;
        this.mostBytes = mostBytes;
    }

    /** Up to where entries are known behind the slice; reads on if there is room. */
    Optional<ClusterTime> reach(SliceHeader newest) {
        Optional<KafkaRange> archived = newest.kafka();
        if (archived.isEmpty()) {
            return Optional.empty();
        }
        boolean moved = !newest.key().equals(slice.map(SliceHeader::key).orElse(null));
        slice = Optional.of(newest);
        if (moved) {
            forgetArchived(newest.last().clusterTime());
        }
        boolean behind = nextOffset <= archived.get().lastOffset();
        if (consumer.isEmpty() || behind || isTimeToLook()) {
            if (!isSameTopic(archived.get(), behind)) {
                close();
                return Optional.empty();
            }
            seek(archived.get().lastOffset() + 1, behind, newest);
        }
        readAhead(newest.key().incarnation());
        return last.isAfter(newest.last().clusterTime()) ? Optional.of(last) : Optional.empty();
    }

    private void forgetArchived(ClusterTime through) {
        while (!ahead.isEmpty() && !ahead.peek().clusterTime().isAfter(through)) {
            take();
        }
    }

    private OplogEntry take() {
        OplogEntry entry = ahead.remove();
        aheadBytes -= entry.raw().sizeBytes();
        return entry;
    }

    private boolean isTimeToLook() {
        return System.nanoTime() - lookedNanos > LOOK_EVERY_NANOS;
    }

    /** False while the archive has nothing of this topic: its offsets say nothing then. */
    private boolean isSameTopic(KafkaRange archived, boolean behind) {
        lookedNanos = System.nanoTime();
        TopicState state = facts.state(topic.topic());
        if (!state.topicId().equals(archived.topicId())) {
            return false;
        }
        long wanted = consumer.isEmpty() || behind ? archived.lastOffset() + 1 : nextOffset;
        boolean anythingNew = state.earliestOffset() < state.endOffset();
        if (anythingNew && state.earliestOffset() > wanted + 1) {
            throw lost(archived.lastOffset(), state.earliestOffset());
        }
        // One offset less may be the marker that ends a transaction: the archive will tell.
        return state.earliestOffset() <= wanted || !anythingNew;
    }

    private RestoreException lost(long archived, long earliest) {
        return new RestoreException.ArchiveDamaged(
                "Topic "
                        + topic.topic()
                        + " begins at offset "
                        + earliest
                        + " and the archive ends at offset "
                        + archived
                        + ": Kafka removed entries before they were archived. The archive will have"
                        + " a gap there once the sink runs ('tidemark sink'). The standby can be"
                        + " promoted to a safe time up to the gap; to go on, begin anew (--restart)"
                        + " from a base taken after.");
    }

    private void seek(long offset, boolean behind, SliceHeader newest) {
        if (consumer.isEmpty()) {
            consumer = Optional.of(consumers.get());
            consumer.get().assign(List.of(topic));
        } else if (!behind) {
            return;
        }
        ahead.clear();
        aheadBytes = 0;
        ended = false;
        last = newest.last().clusterTime();
        nextOffset = offset;
        consumer.get().seek(topic, offset);
    }

    private void readAhead(Incarnation life) {
        try {
            while (!ended && aheadBytes < mostBytes) {
                List<ConsumerRecord<byte[], byte[]>> records =
                        consumer.orElseThrow().poll(POLL).records(topic);
                if (records.isEmpty()) {
                    return;
                }
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    accept(record, life);
                }
            }
        } catch (OffsetOutOfRangeException e) {
            throw lost(
                    slice.flatMap(SliceHeader::kafka).map(KafkaRange::lastOffset).orElse(-1L),
                    facts.state(topic.topic()).earliestOffset());
        }
    }

    private void accept(ConsumerRecord<byte[], byte[]> record, Incarnation life) {
        if (ended) {
            return;
        }
        OplogRecord decoded = decoder.deserialize(topic.topic(), record.value());
        if (!isEntryOf(decoded, life)) {
            ended = true;
            return;
        }
        nextOffset = record.offset() + 1;
        OplogEntry entry = entry(decoded);
        // Capture publishes none twice; the archive passes over such ones too.
        if (entry.clusterTime().isAfter(last)) {
            ahead.add(entry);
            aheadBytes += entry.raw().sizeBytes();
            last = entry.clusterTime();
        }
    }

    private static boolean isEntryOf(OplogRecord record, Incarnation life) {
        return switch (record.getKind()) {
            case START, GAP -> false;
            default -> record.getIncarnation().equals(life.id());
        };
    }

    private static OplogEntry entry(OplogRecord record) {
        ByteBuffer bytes = record.getEntry();
        return OplogEntry.of(
                new RawDocument(
                        bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
    }

    /** Those that were read ahead; each is given once. */
    Iterator<OplogEntry> read(ClusterTime after, ClusterTime through) {
        forgetArchived(after);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !ahead.isEmpty() && !ahead.peek().clusterTime().isAfter(through);
            }

            @Override
            public OplogEntry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("no further entry");
                }
                return take();
            }
        };
    }

    /** Read again from behind the slice on, by a consumer of its own. */
    OplogEntry entry(ClusterTime at) {
        long from = slice.flatMap(SliceHeader::kafka).map(KafkaRange::lastOffset).orElseThrow() + 1;
        long end = System.nanoTime() + LOOKUP.toNanos();
        try (Consumer<byte[], byte[]> again = consumers.get()) {
            again.assign(List.of(topic));
            again.seek(topic, from);
            while (System.nanoTime() - end < 0) {
                for (ConsumerRecord<byte[], byte[]> record : again.poll(POLL).records(topic)) {
                    OplogRecord decoded = decoder.deserialize(topic.topic(), record.value());
                    boolean holds = decoded.getEntry() != null && decoded.getEntry().hasRemaining();
                    if (holds && entry(decoded).clusterTime().equals(at)) {
                        return entry(decoded);
                    }
                }
            }
        }
        throw new RestoreException.ArchiveDamaged(
                "Entry "
                        + at
                        + " of a transaction was read from topic "
                        + topic.topic()
                        + " and is not there any more. Run the standby again: it goes on from its"
                        + " last checkpoint, by the archive.");
    }

    @Override
    public void close() {
        consumer.ifPresent(Consumer::close);
        consumer = Optional.empty();
        ahead.clear();
        aheadBytes = 0;
        nextOffset = 0;
        last = ClusterTime.ZERO;
    }
}
