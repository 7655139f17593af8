package io.tidemark.cli.changelog;

import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.util.List;
import java.util.Optional;

/** Oplogs as slices in a bucket, and the timeline that is computed from them alone. */
final class ArchivePath {
    private static final ClusterName CLUSTER = new ClusterName("shop");
    private static final int ENTRIES_PER_SLICE = 7;

    private ArchivePath() {}

    static ClusterTimeline timeline(HandMadeOplogs oplogs, ObjectStore bucket) {
        oplogs.entries().forEach((set, entries) -> archive(set, entries, oplogs.gap(set), bucket));
        return new TimelineLookup(bucket, FrameKeys.NONE, CLUSTER).fromArchive(entries -> {});
    }

    private static void archive(
            ReplicaSet set, List<OplogEntry> entries, Optional<Gap> gap, ObjectStore bucket) {
        Incarnation life = new Incarnation("65f0c0ffee65f0c0ffee65f0");
        SliceStart start =
                new SliceStart(
                        CLUSTER,
                        life,
                        set,
                        Optional.of(HandMadeOplogs.role(set)),
                        ClusterTime.ZERO,
                        List.of());
        if (gap.isPresent()) {
            List<OplogEntry> before =
                    entries.stream()
                            .filter(e -> !e.clusterTime().isAfter(gap.get().after()))
                            .toList();
            slices(start, before, bucket);
            new GapObject(CLUSTER, life, set, gap.get(), Optional.empty()).putTo(bucket);
            ClusterTime through = gap.get().through();
            start = new SliceStart(CLUSTER, life, set, start.role(), through, List.of());
            slices(start, entries.subList(before.size(), entries.size()), bucket);
        } else {
            slices(start, entries, bucket);
        }
    }

    private static void slices(SliceStart first, List<OplogEntry> entries, ObjectStore bucket) {
        SliceStart start = first;
        for (int from = 0; from < entries.size(); from += ENTRIES_PER_SLICE) {
            int to = Math.min(entries.size(), from + ENTRIES_PER_SLICE);
            try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
                entries.subList(from, to).forEach(writer::add);
                try (SealedSlice slice = writer.seal()) {
                    slice.putTo(bucket);
                    start = SliceStart.behind(slice.header());
                }
            }
        }
    }
}
