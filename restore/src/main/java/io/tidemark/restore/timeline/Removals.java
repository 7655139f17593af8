package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.watermark.Membership;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shards that left. The record of one may end before it left, and nothing of it will ever be
 * archived any more: that is a gap, else it would hold the cluster back for ever.
 */
final class Removals {
    private record Removal(String shard, ClusterTime at) {}

    private final List<Removal> removals = new ArrayList<>();
    private final Map<ReplicaSet, ClusterTime> ends = new HashMap<>();

    void see(ReplicaSet set, Told told) {
        ends.merge(set, told.through(), ClusterTime::max);
        for (Observation observation : told.observations()) {
            for (Fact fact : observation.facts()) {
                if (fact instanceof Fact.ShardWrite write && write.removed()) {
                    removals.add(new Removal(write.id(), observation.at()));
                }
            }
        }
    }

    /** To be called when everything was told. */
    void close(TimelineFold fold) {
        removals.sort(Comparator.comparing(Removal::at));
        for (Removal removal : removals) {
            fold.members().stream()
                    .filter(m -> m.shard().equals(removal.shard()) && m.left().isEmpty())
                    .map(Membership::replicaSet)
                    .forEach(set -> end(set, removal.at(), fold));
        }
    }

    private void end(ReplicaSet set, ClusterTime left, TimelineFold fold) {
        ClusterTime end = ends.getOrDefault(set, ClusterTime.ZERO);
        if (end.isBefore(left.previous())) {
            String reason = "its archive ends before it left the cluster at " + left;
            fold.gap(set, new Gap(end, left.previous(), reason));
        }
        fold.captured(set, left);
        fold.archived(set, left);
    }
}
