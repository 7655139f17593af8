package io.tidemark.timeline.watermark;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.List;
import java.util.Map;

/**
 * The cluster time up to which every replica set of the cluster is known. Nothing at or before it
 * can change any more.
 *
 * @param heldBackBy the replica sets whose frontier it is: without them it would be later
 */
public record Watermark(ClusterTime at, List<ReplicaSet> heldBackBy) {
    public Watermark {
        heldBackBy = List.copyOf(heldBackBy);
    }

    /**
     * The minimum over all members. A set counts from its joining until its leaving only: before
     * and after, the cluster does not need it.
     *
     * @param frontiers of each replica set the last cluster time known; a missing one counts as 0:0
     */
    public static Watermark of(List<Membership> members, Map<ReplicaSet, ClusterTime> frontiers) {
        ClusterTime lowest = ClusterTime.MAX;
        for (Membership member : members) {
            lowest = ClusterTime.min(lowest, allows(member, frontiers));
        }
        if (members.isEmpty()) {
            return new Watermark(ClusterTime.ZERO, List.of());
        }
        ClusterTime at = lowest;
        List<ReplicaSet> holding =
                members.stream()
                        .filter(member -> allows(member, frontiers).equals(at))
                        .map(Membership::replicaSet)
                        .distinct()
                        .sorted()
                        .toList();
        return new Watermark(at, holding);
    }

    private static ClusterTime allows(Membership member, Map<ReplicaSet, ClusterTime> frontiers) {
        return member.allows(frontiers.getOrDefault(member.replicaSet(), ClusterTime.ZERO));
    }
}
