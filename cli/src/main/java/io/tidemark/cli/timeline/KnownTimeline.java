package io.tidemark.cli.timeline;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.Progress;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineReader;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;

/** The timeline of the archive that a verb is about, read with a line that shows progress. */
public final class KnownTimeline {
    private final Context context;
    private final TimelineReader reader;

    public KnownTimeline(Context context, ArchiveOptions archive, ObjectStore store) {
        this.context = context;
        this.reader = new TimelineReader(store, FrameKeys.NONE, archive.cluster());
    }

    /** The stored one, else one computed from the archive. */
    public ClusterTimeline find() {
        try (Progress progress = Progress.of(context.console(), "timeline")) {
            return reader.find(entries -> progress.show("entries", entries));
        }
    }

    /** Computed from the archive, whatever is stored. */
    public ClusterTimeline rebuild() {
        try (Progress progress = Progress.of(context.console(), "timeline")) {
            return reader.fromArchive(entries -> progress.show("entries", entries));
        }
    }
}
