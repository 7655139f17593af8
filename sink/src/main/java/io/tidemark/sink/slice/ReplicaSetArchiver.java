package io.tidemark.sink.slice;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.consume.PublishedRecord;
import io.tidemark.sink.consume.TopicFacts;
import io.tidemark.sink.store.ArchiveEnds;
import io.tidemark.sink.store.ArchivePosition;
import io.tidemark.sink.store.Archived;
import io.tidemark.sink.store.RangeStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.KafkaRange;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the records of one replica set's topic into slices and gaps, in order, each entry once.
 * What is not yet in an object is in memory only: a crash costs reading it again. One thread at a
 * time.
 *
 * <pre>
 * open → (entry | GAP | START)* → roll → close
 * </pre>
 */
public final class ReplicaSetArchiver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReplicaSetArchiver.class);
    private final OplogPartition partition;
    private final ArchiverSettings settings;
    private final ArchiveEnds ends;
    private final RangeStore store;
    private final TopicFacts topics;
    private final Putting putting;

    /** Of the lives other than the current one too: records of an older one may come again. */
    private final Map<Incarnation, ArchivePosition> positions = new HashMap<>();

    private String topicId;
    private Optional<String> missing = Optional.empty();
    private Incarnation incarnation;
    private SliceWriter slice;
    private OptionalLong lastWallMillis = OptionalLong.empty();
    private long skipped;

    public ReplicaSetArchiver(
            OplogPartition partition,
            ArchiverSettings settings,
            ArchiveEnds ends,
            RangeStore store,
            TopicFacts topics,
            Putting putting) {
        this.partition = partition;
        this.settings = settings;
        this.ends = ends;
        this.store = store;
        this.topics = topics;
        this.putting = putting;
    }

    /**
     * Asks the bucket where its archive ends. What was not put before is forgotten; may be called
     * again.
     *
     * @return the offset to read from
     */
    public long open() {
        discard();
        TopicFacts.TopicState topic = topics.state(partition);
        topicId = topic.topicId();
        positions.clear();
        positions.putAll(ends.of(partition.replicaSet()));
        incarnation = null;
        ResumePoint resume = ResumePoint.of(positions, topic);
        missing = resume.missing();
        LOGGER.atInfo()
                .addKeyValue("replicaSet", partition.replicaSet())
                .addKeyValue("offset", resume.offset())
                .addKeyValue("topicId", topicId)
                .log("Archiving goes on");
        return resume.offset();
    }

    /**
     * @throws io.tidemark.schemas.oplog.MalformedEntryException if the record holds no entry
     */
    public void accept(PublishedRecord published) {
        OplogRecord record = settings.decode().apply(partition.topic(), published.value());
        switch (record.getKind()) {
            case START -> start(record);
            case GAP -> gap(record, published.offset());
            default -> entry(record, published.offset());
        }
    }

    private void start(OplogRecord record) {
        roll();
        Optional<ReplicaSetRole> role = OplogRecords.role(record);
        ClusterTime from = OplogRecords.clusterTime(record);
        incarnation = new Incarnation(record.getIncarnation());
        ArchivePosition known = positions.get(incarnation);
        if (known == null) {
            missing = Optional.empty();
            positions.put(incarnation, ArchivePosition.at(from, role));
            return;
        }
        // Capture began anew, without knowing how far it had come.
        if (from.isAfter(known.through()) && missing.isEmpty()) {
            missing =
                    Optional.of(
                            "capture began anew at "
                                    + from
                                    + " in topic "
                                    + partition.topic()
                                    + "; what came before is not in the topic");
        }
    }

    private void gap(OplogRecord record, long offset) {
        Gap told = OplogRecords.gap(record).orElseThrow();
        enter(record.getIncarnation(), told.after());
        ClusterTime reached = reached();
        if (!told.through().isAfter(reached)) {
            skipped++;
            return;
        }
        roll();
        String reason = missing.map(m -> m + "; then: ").orElse("") + told.reason();
        missing = Optional.empty();
        put(new Gap(reached, told.through(), reason), offset);
    }

    private void entry(OplogRecord record, long offset) {
        OplogEntry entry = entryOf(record);
        enter(record.getIncarnation(), before(entry.clusterTime()));
        ClusterTime reached = reached();
        if (!entry.clusterTime().isAfter(reached)) {
            // In the archive already: the topic was made anew, or Kafka lost its end.
            skipped++;
            return;
        }
        noteMissing(reached, before(entry.clusterTime()), offset);
        if (slice != null && endsBefore(entry)) {
            roll();
        }
        if (slice == null) {
            slice = new SliceWriter(startOfSlice(), settings.frames());
        }
        slice.add(entry, topicId, offset);
        Long wall = record.getWallMillis();
        lastWallMillis = wall == null ? OptionalLong.empty() : OptionalLong.of(wall);
    }

    private boolean endsBefore(OplogEntry entry) {
        ClusterTime first = slice.first().orElseThrow().clusterTime();
        long size = entry.raw().sizeBytes();
        return settings.roll().endsBefore(first, slice.rawBytes(), entry.clusterTime(), size);
    }

    /** The hole between what is archived and the first entry behind it, if there is one. */
    private void noteMissing(ClusterTime reached, ClusterTime before, long offset) {
        if (missing.isPresent()) {
            String reason = missing.get();
            missing = Optional.empty();
            if (reached.isBefore(before)) {
                roll();
                // The offset before: the entry's own is not archived yet.
                put(new Gap(reached, before, reason), offset - 1);
            }
        }
    }

    /** Turns to the life that the record belongs to; records without START begin one. */
    private void enter(String id, ClusterTime after) {
        if (incarnation != null && id.equals(incarnation.id())) {
            return;
        }
        roll();
        Incarnation life = new Incarnation(id);
        incarnation = life;
        positions.computeIfAbsent(life, l -> ArchivePosition.at(after, Optional.empty()));
    }

    private ClusterTime reached() {
        return slice == null
                ? positions.get(incarnation).through()
                : slice.last().orElseThrow().clusterTime();
    }

    private SliceStart startOfSlice() {
        ArchivePosition position = positions.get(incarnation);
        return new SliceStart(
                settings.cluster(),
                incarnation,
                partition.replicaSet(),
                position.role(),
                position.through(),
                position.openTransactions());
    }

    private void put(Gap gap, long offset) {
        KafkaRange kafka = new KafkaRange(topicId, offset, offset);
        GapObject object =
                new GapObject(
                        settings.cluster(),
                        incarnation,
                        partition.replicaSet(),
                        gap,
                        Optional.of(kafka));
        Optional<ReplicaSetRole> role = positions.get(incarnation).role();
        positions.put(incarnation, ArchivePosition.at(gap.through(), role));
        LOGGER.atWarn()
                .addKeyValue("replicaSet", partition.replicaSet())
                .addKeyValue("objectKey", object.key().text())
                .addKeyValue("reason", gap.reason())
                .log("Oplog entries are missing; take a new base snapshot");
        Archived archived =
                new Archived(
                        partition.replicaSet(),
                        object.key(),
                        new Optime(gap.through(), -1),
                        kafka,
                        OptionalLong.empty(),
                        0,
                        0);
        putting.hand(new Putting.Pending(archived, () -> store.put(object), () -> {}));
    }

    /** Ends the slice under way, if there is one, and hands it on. */
    public void roll() {
        if (slice == null) {
            return;
        }
        SealedSlice sealed;
        try (SliceWriter full = slice) {
            sealed = full.seal();
        }
        slice = null;
        positions.put(incarnation, ArchivePosition.behind(sealed.header()));
        Archived archived =
                new Archived(
                        partition.replicaSet(),
                        sealed.header().key(),
                        sealed.header().last(),
                        sealed.header().kafka().orElseThrow(),
                        lastWallMillis,
                        sealed.header().rawBytes(),
                        sealed.object().sizeBytes());
        String from = topicId;
        Runnable put =
                () -> {
                    requireSameTopic(from);
                    store.put(sealed);
                };
        putting.hand(new Putting.Pending(archived, put, sealed::close));
    }

    /**
     * A topic made anew while it was read: offsets go on, but records before them in the new topic
     * were not seen.
     */
    private void requireSameTopic(String from) {
        String now = topics.state(partition).topicId();
        if (!now.equals(from)) {
            throw new TopicReplacedException(partition, from, now);
        }
    }

    /** How far the bucket reached at {@link #open}, whichever life; empty if it held nothing. */
    public Optional<ClusterTime> archivedUntil() {
        return positions.values().stream()
                .map(ArchivePosition::through)
                .max(Comparator.naturalOrder());
    }

    /** True if entries are held that are in no object yet. */
    public boolean isPending() {
        return slice != null;
    }

    /** Records passed over because the archive had them. */
    public long skipped() {
        return skipped;
    }

    private static ClusterTime before(ClusterTime time) {
        return time.equals(ClusterTime.ZERO) ? time : time.previous();
    }

    private static OplogEntry entryOf(OplogRecord record) {
        ByteBuffer bytes = record.getEntry();
        return OplogEntry.of(
                new RawDocument(
                        bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
    }

    private void discard() {
        if (slice != null) {
            slice.close();
            slice = null;
        }
    }

    /** Forgets what is not in an object yet; it is on the topic still. */
    @Override
    public void close() {
        discard();
    }
}
