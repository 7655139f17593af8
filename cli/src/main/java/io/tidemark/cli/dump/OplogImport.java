package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceHeader;
import io.tidemark.storage.slice.SliceReader;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Stores the entries of oplog files as slices, chained to what the archive already holds. The same
 * files give the same slices, so that an import can be repeated; files that reach further go on
 * where the archive ends.
 */
public final class OplogImport {
    /** As the sink rolls. */
    private static final long SLICE_BYTES = 32L << 20;

    private final ImportPlace place;
    private final OplogFiles files;
    private final StoredOplog stored;
    private final FrameOptions frames;
    private final Map<ClusterTime, Gap> gapsByNext = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private SliceStart start;
    private SliceWriter writer;
    private Optime storedThrough = Optime.NONE;
    private Optime last = Optime.NONE;
    private long entries;
    private long slices;

    /**
     * @param entries in the files, each counted once
     * @param duplicates entries that several files hold, counted each time beyond the first
     * @param slices that hold them
     * @param gaps known holes between the files
     */
    public record Outcome(
            long entries,
            long duplicates,
            long slices,
            ClusterTime from,
            ClusterTime through,
            List<Gap> gaps) {
        public Outcome {
            gaps = List.copyOf(gaps);
        }
    }

    /**
     * @param assumeContiguous take files as consecutive whatever the silence between them
     */
    OplogImport(ImportPlace place, OplogFiles files, boolean assumeContiguous) {
        this.place = place;
        this.frames = place.frames();
        this.files = files;
        this.stored = StoredOplog.list(place);
        files.unproven().stream()
                .filter(joint -> joint.isGap(assumeContiguous))
                .forEach(joint -> gapsByNext.put(joint.next(), joint.gap()));
        begin(assumeContiguous);
    }

    private void begin(boolean assumeContiguous) {
        OplogFile first = files.first();
        ClusterTime from = first.first().clusterTime();
        ClusterTime after = first.content().firstEver() ? ClusterTime.ZERO : from.previous();
        if (stored.isEmpty() || stored.begin().equals(after)) {
            startAt(after);
            return;
        }
        if (after.isBefore(stored.begin())) {
            // Older than all that is stored: new slices reach into it and chain with it there.
            startAt(after);
            return;
        }
        continueBehind(from, assumeContiguous);
    }

    private void continueBehind(ClusterTime from, boolean assumeContiguous) {
        SliceHeader end = new SliceReader(place.store(), place.keys()).header(stored.last());
        start = SliceStart.behind(end);
        storedThrough = end.last();
        slices = stored.countFrom(from);
        OplogFiles.Joint joint =
                new OplogFiles.Joint(
                        end.last().clusterTime(),
                        from,
                        "the archive",
                        files.first().file().shortName(),
                        from.seconds() - end.last().clusterTime().seconds(),
                        false);
        if (!from.isAfter(end.last().clusterTime())) {
            return;
        }
        if (files.first().first().term() < end.last().term()) {
            throw otherHistory(end.last().toString());
        }
        if (joint.isGap(assumeContiguous)) {
            gapsByNext.put(from, joint.gap());
        }
    }

    private void startAt(ClusterTime after) {
        start =
                new SliceStart(
                        place.cluster(),
                        place.incarnation(),
                        place.replicaSet(),
                        Optional.of(place.role()),
                        after,
                        List.of());
    }

    /**
     * @param progress told the number of entries stored so far
     */
    Outcome run(LongConsumer progress) throws IOException {
        try (MergedOplog oplog = new MergedOplog(files.files())) {
            Optional<OplogEntry> entry = oplog.next();
            while (entry.isPresent()) {
                take(entry.get());
                progress.accept(entries);
                entry = oplog.next();
            }
            seal();
            ClusterTime from = files.first().first().clusterTime();
            return new Outcome(entries, oplog.duplicates(), slices, from, last.clusterTime(), gaps);
        } finally {
            if (writer != null) {
                writer.close();
            }
        }
    }

    private void take(OplogEntry entry) {
        entries++;
        if (!entry.clusterTime().isAfter(storedThrough.clusterTime())) {
            last = entry.optime();
            return;
        }
        requireSameHistory();
        last = entry.optime();
        Gap gap = gapsByNext.get(entry.clusterTime());
        if (gap != null) {
            store(gap);
        }
        if (writer == null) {
            writer = new SliceWriter(start, frames);
        }
        writer.add(entry);
        if (isFull(entry)) {
            requireSameCut(entry);
            seal();
        }
    }

    /** A slice of an earlier import with the same start must end with one of our entries. */
    private void requireSameCut(OplogEntry entry) {
        Optional<ClusterTime> earlierCut = stored.endOfSliceAt(start.after());
        if (earlierCut.isPresent() && entry.clusterTime().isAfter(earlierCut.get())) {
            throw otherHistory(earlierCut.get().toString());
        }
    }

    /** The first entry behind the archive's end: were the ones before it the archive's own? */
    private void requireSameHistory() {
        boolean reachesIntoArchive = last.clusterTime().isAfter(ClusterTime.ZERO);
        if (!storedThrough.isNone() && reachesIntoArchive && !last.equals(storedThrough)) {
            throw otherHistory(storedThrough.toString());
        }
        storedThrough = Optime.NONE;
    }

    private CommandFailure otherHistory(String missing) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "The archive's record of replica set "
                        + place.replicaSet()
                        + " holds an entry at "
                        + missing
                        + ", which the files do not hold though they reach beyond it. They are"
                        + " another history, or lack entries. Nothing new was stored; import them"
                        + " under another cluster name.");
    }

    private boolean isFull(OplogEntry entry) {
        Optional<ClusterTime> earlierCut = stored.endOfSliceAt(start.after());
        return earlierCut.isPresent()
                ? !entry.clusterTime().isBefore(earlierCut.get())
                : writer.rawBytes() >= SLICE_BYTES;
    }

    private void store(Gap gap) {
        seal();
        // A gap that follows no slice of ours follows the archive's end.
        new GapObject(
                        place.cluster(),
                        place.incarnation(),
                        place.replicaSet(),
                        gap,
                        Optional.empty())
                .putTo(place.store());
        gaps.add(gap);
        startAt(gap.through());
    }

    private void seal() {
        if (writer == null) {
            return;
        }
        try (SealedSlice slice = writer.seal()) {
            slice.putTo(place.store());
            start = SliceStart.behind(slice.header());
            slices++;
        }
        writer.close();
        writer = null;
    }
}
