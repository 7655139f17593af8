package io.tidemark.cli.timeline;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.Progress;
import io.tidemark.restore.timeline.ArchivedCluster;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;

/** The timeline of an archive, read with a line that shows progress. */
public final class KnownTimeline {
    private final Context context;
    private final TimelineLookup reader;

    public KnownTimeline(Context context, ArchiveOptions archive, ObjectStore store) {
        this(context, store, archive.cluster(), archive.keys());
    }

    KnownTimeline(Context context, ObjectStore store, ClusterName cluster, FrameKeys keys) {
        this.context = context;
        this.reader = new TimelineLookup(store, keys, cluster);
    }

    /** The stored one, else one computed from the archive. */
    public ClusterTimeline find() {
        try (Progress progress = Progress.of(context.console(), "timeline")) {
            return reader.find(entries -> progress.show("entries", entries));
        }
    }

    /** The same without events, where the timeline is stored: what a time alone needs. */
    public ClusterTimeline findWindows() {
        try (Progress progress = Progress.of(context.console(), "timeline")) {
            return reader.findWindows(entries -> progress.show("entries", entries));
        }
    }

    /** Computed anew from the archive and stored, if all members of the cluster are archived. */
    public ArchivedCluster storeIfWhole() {
        try (Progress progress = Progress.of(context.console(), "timeline")) {
            return reader.storeIfWhole(entries -> progress.show("entries", entries));
        }
    }

    /** Computed anew from the archive, and stored. */
    ClusterTimeline rebuild() {
        try (Progress progress = Progress.of(context.console(), "timeline")) {
            return reader.rebuild(entries -> progress.show("entries", entries));
        }
    }
}
