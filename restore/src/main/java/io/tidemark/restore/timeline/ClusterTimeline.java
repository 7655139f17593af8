package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.wire.WindowsContent;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a cluster's events and restore windows.
 *
 * @param content windows under each policy, members, frontiers
 * @param events by their start; none where only the windows were asked for
 * @param damages slices that could not be read: their times count as missing
 * @param notes what the operator should know: stored objects that could not be read
 */
public record ClusterTimeline(
        Origin origin,
        WindowsContent content,
        List<TopologyEvent> events,
        List<SliceDamage> damages,
        List<String> notes) {
    /** Where it is from. */
    public enum Origin {
        /** Computed now from the archived oplogs. */
        ARCHIVE,
        /** Read from the bucket, where it was stored before. */
        STORED;

        /** The word in JSON. */
        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public ClusterTimeline {
        events = List.copyOf(events);
        damages = List.copyOf(damages);
        notes = List.copyOf(notes);
        if (content.windows().size() < Policy.values().length) {
            throw new IllegalArgumentException(
                    "windows under " + content.windows().keySet() + " only");
        }
    }

    static ClusterTimeline of(TimelineFold fold, List<SliceDamage> damages) {
        return new ClusterTimeline(
                Origin.ARCHIVE,
                WindowsContent.of(fold),
                fold.events(),
                damages,
                damages.stream().map(SliceDamage::words).toList());
    }

    ClusterTimeline noting(String note) {
        List<String> all = new ArrayList<>(notes);
        all.add(note);
        return new ClusterTimeline(origin, content, events, damages, all);
    }

    public RestoreWindows windows(Policy policy) {
        return content.windows().get(policy);
    }

    /** Up to here everything is archived and told. */
    public ClusterTime watermark() {
        return content.archived().at();
    }

    public EventSearch search() {
        return new EventSearch(events);
    }

    /** False if the replica set is known not to belong to the cluster at that time. */
    public boolean mayBeMember(ReplicaSet replicaSet, ClusterTime time) {
        return content.members().isEmpty()
                || content.members().stream()
                        .anyMatch(m -> m.replicaSet().equals(replicaSet) && m.contains(time));
    }
}
