package io.tidemark.streams.view;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.wire.WindowsContent;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Everything known of a cluster's timeline at one moment; immutable.
 *
 * @param content windows of every policy, frontiers, watermarks, members, bases
 * @param events by start and id, undecided transactions among them
 * @param upToDateAt by the wall clock, when the topics had last been read to their ends: a view
 *     whose reader is stuck grows old even where nothing happens in the cluster
 */
public record TimelineView(
        ClusterName cluster,
        WindowsContent content,
        List<TopologyEvent> events,
        Instant upToDateAt) {
    public TimelineView {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(upToDateAt, "upToDateAt");
        events = List.copyOf(events);
        for (Policy policy : Policy.values()) {
            if (!content.windows().containsKey(policy)) {
                throw new IllegalArgumentException(
                        "a view needs the windows of every policy; those of "
                                + policy.code()
                                + " are missing");
            }
        }
    }

    /** What the fold knows now. */
    public static TimelineView of(ClusterName cluster, TimelineFold fold, Instant upToDateAt) {
        return new TimelineView(cluster, WindowsContent.of(fold), fold.events(), upToDateAt);
    }

    public RestoreWindows windows(Policy policy) {
        return content.windows().get(policy);
    }

    /** As this one, after the topics were found without news. */
    public TimelineView upToDate(Instant at) {
        return new TimelineView(cluster, content, events, at);
    }
}
