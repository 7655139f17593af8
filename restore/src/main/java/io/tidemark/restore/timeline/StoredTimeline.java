package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.timeline.StoredEvents;
import io.tidemark.storage.timeline.StoredWindows;
import io.tidemark.storage.timeline.TimelineReader;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.wire.EventRecords;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads the timeline that was stored in the bucket. */
final class StoredTimeline {
    private static final Comparator<TopologyEvent> BY_START =
            Comparator.comparing(TopologyEvent::from).thenComparing(TopologyEvent::id);

    private final TimelineReader reader;
    private final Supplier<Set<ReplicaSet>> archived;

    /**
     * @param archived the replica sets that have slices or bases
     */
    StoredTimeline(
            ObjectStore bucket,
            FrameKeys keys,
            ClusterName cluster,
            Supplier<Set<ReplicaSet>> archived) {
        this.reader = new TimelineReader(bucket, cluster, keys);
        this.archived = archived;
    }

    /** Empty if there is none, or none that can be used. */
    Optional<ClusterTimeline> read() {
        return windows().map(this::withEvents);
    }

    /** The same without events: one object tells it. */
    Optional<ClusterTimeline> windows() {
        StoredWindows.Newest newest = reader.newestWindows();
        return newest.windows()
                .flatMap(StoredTimeline::content)
                .filter(this::knowsWhatIsArchived)
                .map(content -> timeline(content, List.of(), words(newest.damaged())));
    }

    private ClusterTimeline withEvents(ClusterTimeline windows) {
        StoredEvents events = reader.events();
        List<String> notes = new ArrayList<>(windows.notes());
        notes.addAll(words(events.damaged()));
        return timeline(
                windows.content(),
                events.events().stream().map(EventRecords::event).sorted(BY_START).toList(),
                notes);
    }

    private static ClusterTimeline timeline(
            WindowsContent content, List<TopologyEvent> events, List<String> notes) {
        return new ClusterTimeline(
                ClusterTimeline.Origin.STORED, content, events, List.of(), notes);
    }

    private static List<String> words(List<Damage> damaged) {
        return damaged.stream().map(d -> new DamagedObjectException(d).getMessage()).toList();
    }

    /** Parts of another version, which can't be understood, are as good as none. */
    private static Optional<WindowsContent> content(StoredWindows stored) {
        try {
            return WindowsRecords.content(stored.parts())
                    .filter(content -> content.windows().size() == Policy.values().length);
        } catch (IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    /**
     * False for one made before some replica set was imported: it would leave that set out of
     * restores.
     */
    private boolean knowsWhatIsArchived(WindowsContent content) {
        Set<ReplicaSet> known = new HashSet<>(content.archivedFrontiers().keySet());
        known.addAll(content.capturedFrontiers().keySet());
        content.members().forEach(member -> known.add(member.replicaSet()));
        return known.containsAll(archived.get());
    }
}
