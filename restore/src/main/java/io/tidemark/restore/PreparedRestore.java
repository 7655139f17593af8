package io.tidemark.restore;

import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a restore would read, and that its time is one to restore to.
 *
 * @param origin from where it is known that the time is safe
 * @param held the bases that lie in the targets; empty for a restore into empty ones
 * @param standby what a standby has left in its targets, or begins with; empty for a restore
 * @param forced why it is not, where the request went on nevertheless; else empty
 */
public record PreparedRestore(
        RestorePlan plan,
        ClusterTimeline.Origin origin,
        List<UnsafeInterval> forced,
        Map<ReplicaSet, HeldBase> held,
        Optional<StandbyMarks> standby) {
    /** Of a restore that ends at its time. */
    public PreparedRestore(
            RestorePlan plan,
            ClusterTimeline.Origin origin,
            List<UnsafeInterval> forced,
            Map<ReplicaSet, HeldBase> held) {
        this(plan, origin, forced, held, Optional.empty());
    }

    public PreparedRestore {
        forced = List.copyOf(forced);
        held = Map.copyOf(held);
    }
}
