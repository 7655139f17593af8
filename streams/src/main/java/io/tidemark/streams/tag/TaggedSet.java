package io.tidemark.streams.tag;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.streams.signal.Signal;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.tag.Role;
import io.tidemark.timeline.tag.Tagger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One replica set's topic as it is read: from records to signals. */
final class TaggedSet {
    /** The offset of the last record while none was read. */
    static final long NONE_READ = -1;

    /** A transaction's end marker takes an offset of its own and is never seen. */
    private static final int NEXT_TRANSACTION = 2;

    private final ReplicaSet replicaSet;
    private final Tagger tagger;
    private ClusterTime seen = ClusterTime.ZERO;
    private ClusterTime told = ClusterTime.ZERO;
    private Optional<Incarnation> life = Optional.empty();

    /** An entry was told. */
    private boolean begun;

    private long offset = NONE_READ;

    /** Nothing was read since the place was loaded. */
    private boolean continued;

    /** A topic read from its beginning. */
    TaggedSet(ReplicaSet replicaSet) {
        this(replicaSet, Map.of());
    }

    /** Continues: nothing counts as told yet. */
    TaggedSet(ReplicaSet replicaSet, Map<String, List<Fact>> openParts) {
        this.replicaSet = replicaSet;
        // Tables of the config servers have names of their own: nobody else writes to them.
        this.tagger = new Tagger(Role.CONFIG, openParts);
    }

    void continueFrom(
            ClusterTime time, boolean firstTold, long last, Optional<Incarnation> incarnation) {
        seen = time;
        offset = last;
        continued = true;
        begun = firstTold;
        life = incarnation;
    }

    /** Whether the first entry was told. */
    boolean begun() {
        return begun;
    }

    ReplicaSet replicaSet() {
        return replicaSet;
    }

    /** The last cluster time read. */
    ClusterTime seen() {
        return seen;
    }

    Optional<Incarnation> life() {
        return life;
    }

    Map<String, List<Fact>> openParts() {
        return tagger.openParts();
    }

    /** The offset of the last record read, {@link #NONE_READ} if there is none. */
    long offset() {
        return offset;
    }

    /**
     * True if between the last record and this one some may lie that the topic no longer keeps: at
     * the first record after a pause any skipped offset may be one, later on more of them than the
     * end of a transaction takes.
     */
    boolean skipsTo(long next) {
        int usual = continued ? 1 : NEXT_TRANSACTION;
        return offset != NONE_READ && next > offset + usual;
    }

    void readUpTo(long last) {
        offset = last;
        continued = false;
    }

    /** Entries between the last one seen and the next, at {@code next}, were never read. */
    Optional<Signal> missed(ClusterTime next) {
        return hole(seen, next.previous(), "the topic kept it too short a time for the timeline");
    }

    /** An entry that holds no fact. */
    Optional<Signal> skip(ClusterTime time) {
        seen = ClusterTime.max(seen, time);
        if (begun) {
            return Optional.empty();
        }
        // The first entry is where the record begins: told at once, whenever others are.
        begun = true;
        return frontier();
    }

    /** The frontier, if it was not told yet. */
    Optional<Signal> frontier() {
        if (!seen.isAfter(told)) {
            return Optional.empty();
        }
        told = seen;
        return Optional.of(new Signal.Frontier(replicaSet, seen));
    }

    /** What a record says; usually nothing. One that was read before says nothing. */
    List<Signal> read(OplogRecord record) {
        return switch (record.getKind()) {
            case START -> starts(record);
            case GAP -> gap(record);
            default -> entry(record);
        };
    }

    private List<Signal> starts(OplogRecord record) {
        Incarnation its = new Incarnation(record.getIncarnation());
        ClusterTime after = OplogRecords.clusterTime(record);
        List<Signal> signals = new ArrayList<>();
        boolean isAnother = life.isPresent() && !life.get().equals(its);
        if (isAnother) {
            signals.add(new Signal.Reborn(replicaSet, seen, after.next()));
        } else if (seen.isAfter(ClusterTime.ZERO)) {
            hole(seen, after, "the topic was begun anew").ifPresent(signals::add);
        } else {
            Optional<ReplicaSetRole> role = OplogRecords.role(record);
            signals.add(new Signal.Begins(replicaSet, after, role, OplogRecords.shards(record)));
        }
        life = Optional.of(its);
        seen = ClusterTime.max(seen, after);
        frontier().ifPresent(signals::add);
        return signals;
    }

    private List<Signal> gap(OplogRecord record) {
        List<Signal> signals = new ArrayList<>();
        OplogRecords.gap(record)
                .filter(gap -> gap.through().isAfter(seen))
                .ifPresent(gap -> signals.add(new Signal.Lost(replicaSet, gap)));
        seen = ClusterTime.max(seen, OplogRecords.clusterTime(record));
        frontier().ifPresent(signals::add);
        return signals;
    }

    private Optional<Signal> hole(ClusterTime after, ClusterTime through, String reason) {
        return after.isBefore(through)
                ? Optional.of(new Signal.Lost(replicaSet, new Gap(after, through, reason)))
                : Optional.empty();
    }

    /** Topics may be read again from an earlier place: entries read before change nothing. */
    private List<Signal> entry(OplogRecord record) {
        ClusterTime time = OplogRecords.clusterTime(record);
        if (!time.isAfter(seen) || record.getEntry() == null) {
            return List.of();
        }
        if (life.isEmpty()) {
            // The topic's beginning is gone: from here on the incarnation is known at least.
            life = Optional.of(new Incarnation(record.getIncarnation()));
        }
        List<Fact> facts = tagger.tag(OplogEntry.of(bytes(record)));
        if (facts.isEmpty()) {
            return skip(time).stream().toList();
        }
        begun = true;
        seen = time;
        told = time;
        return List.of(new Signal.Observed(new Observation(time, replicaSet, facts)));
    }

    /** A copy: facts may hold parts of it, and must not hold a whole Kafka value in memory. */
    private static byte[] bytes(OplogRecord record) {
        byte[] bytes = new byte[record.getEntry().remaining()];
        record.getEntry().duplicate().get(bytes);
        return bytes;
    }
}
