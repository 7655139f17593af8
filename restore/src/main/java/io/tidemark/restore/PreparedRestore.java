package io.tidemark.restore;

import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.List;

/**
 * What a restore would read, and that its time is one to restore to.
 *
 * @param origin from where it is known that the time is safe
 * @param forced why it is not, where the request went on nevertheless; else empty
 */
public record PreparedRestore(
        RestorePlan plan, ClusterTimeline.Origin origin, List<UnsafeInterval> forced) {
    public PreparedRestore {
        forced = List.copyOf(forced);
    }
}
