package io.tidemark.storage.slice;

import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.Slice;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.FramedWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Builds one slice, entry by entry. The same start and entries with the same options give the same
 * bytes: no clock, no chance. One thread at a time; an abandoned writer is closed without a trace.
 */
public final class SliceWriter implements AutoCloseable {
    private final SliceStart start;
    private final FramedWriter frames;
    private final OpenTransactions transactions;
    private final Map<RecordKind, Long> counts = new EnumMap<>(RecordKind.class);
    private long operations;
    private Optime first;
    private Optime last;
    private String topicId;
    private long firstOffset;
    private long lastOffset = -1;

    public SliceWriter(SliceStart start, FrameOptions options) {
        this.start = start;
        this.frames = new FramedWriter(options);
        this.transactions = new OpenTransactions(start.openTransactions());
    }

    /**
     * An entry that never was in Kafka.
     *
     * @throws IllegalArgumentException if it doesn't lie after all entries before it
     */
    public void add(OplogEntry entry) {
        ClusterTime before = last == null ? start.after() : last.clusterTime();
        if (!entry.clusterTime().isAfter(before)) {
            throw new IllegalArgumentException(
                    "entry "
                            + entry.optime()
                            + " of replica set "
                            + start.replicaSet()
                            + " comes after "
                            + before
                            + " in the slice: a slice holds entries in the order of time, each"
                            + " once");
        }
        frames.add(entry.raw(), entry.clusterTime());
        counts.merge(entry.shape().recordKind(), 1L, Long::sum);
        operations += entry.carriedOperations();
        transactions.apply(entry);
        first = first == null ? entry.optime() : first;
        last = entry.optime();
    }

    /** An entry from a topic; all of one slice come from the same topic. */
    public void add(OplogEntry entry, String fromTopicId, long offset) {
        add(entry);
        if (topicId == null) {
            topicId = fromTopicId;
            firstOffset = offset;
        }
        lastOffset = offset;
    }

    public boolean isEmpty() {
        return first == null;
    }

    public long entries() {
        return frames.documents();
    }

    /** Of the entries added so far. */
    public long rawBytes() {
        return frames.rawBytes();
    }

    /** The last entry added. */
    public Optional<Optime> last() {
        return Optional.ofNullable(last);
    }

    /** The first entry added. */
    public Optional<Optime> first() {
        return Optional.ofNullable(first);
    }

    /**
     * Ends the slice. At least one entry must have been added; none can be added afterwards.
     *
     * @param watermark see {@link SliceHeader}
     */
    public SealedSlice seal(Optional<ClusterTime> watermark) {
        if (isEmpty()) {
            throw new IllegalStateException("a slice after " + start.after() + " has no entry");
        }
        SliceHeader header = header(watermark);
        return new SealedSlice(
                header, frames.seal(header.key().text(), SliceHeaderJson.write(header)));
    }

    public SealedSlice seal() {
        return seal(Optional.empty());
    }

    private SliceHeader header(Optional<ClusterTime> watermark) {
        Optional<KafkaRange> kafka =
                Optional.ofNullable(topicId).map(t -> new KafkaRange(t, firstOffset, lastOffset));
        Slice slice = new Slice(start.after(), last.clusterTime(), firstOffset);
        ObjectKey.OfSlice key =
                new ObjectKey.OfSlice(
                        start.cluster(), start.incarnation(), start.replicaSet(), slice);
        return new SliceHeader(
                key,
                start.role(),
                first,
                last,
                counts,
                Optional.of(operations),
                frames.rawBytes(),
                kafka,
                transactions.list(),
                watermark);
    }

    @Override
    public void close() {
        frames.close();
    }
}
