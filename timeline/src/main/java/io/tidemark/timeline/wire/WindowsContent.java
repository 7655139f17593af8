package io.tidemark.timeline.wire;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that {@code .windows} tells at one moment.
 *
 * @param captured up to where every member's oplog topic is read
 * @param archived up to where every member is in the bucket: the watermark of all windows
 * @param windows under each policy
 * @param members the cluster's replica sets, past ones too, by their joining
 * @param capturedFrontiers the last cluster time captured of each replica set that was heard of
 * @param archivedFrontiers the last cluster time archived of each
 * @param bases those known, by the earliest time they are usable for; without the births of replica
 *     sets
 */
public record WindowsContent(
        Watermark captured,
        Watermark archived,
        Map<Policy, RestoreWindows> windows,
        List<Membership> members,
        Map<ReplicaSet, ClusterTime> capturedFrontiers,
        Map<ReplicaSet, ClusterTime> archivedFrontiers,
        List<Base> bases) {
    private static final Comparator<Membership> MEMBER_ORDER =
            Comparator.comparing(Membership::joined)
                    .thenComparing(Membership::shard)
                    .thenComparing(Membership::replicaSet);
    private static final Comparator<Base> BASE_ORDER =
            Comparator.comparing(Base::usableFrom)
                    .thenComparing(Base::id)
                    .thenComparing(Base::replicaSet);

    public WindowsContent {
        windows = Map.copyOf(windows);
        members = members.stream().sorted(MEMBER_ORDER).toList();
        capturedFrontiers = Map.copyOf(capturedFrontiers);
        archivedFrontiers = Map.copyOf(archivedFrontiers);
        bases = bases.stream().sorted(BASE_ORDER).toList();
    }

    /** What a fold knows now. */
    public static WindowsContent of(TimelineFold fold) {
        Map<Policy, RestoreWindows> windows = new EnumMap<>(Policy.class);
        for (Policy policy : Policy.values()) {
            windows.put(policy, fold.windows(policy));
        }
        return new WindowsContent(
                fold.capturedWatermark(),
                fold.archivedWatermark(),
                windows,
                fold.members(),
                fold.capturedFrontiers(),
                fold.archivedFrontiers(),
                fold.bases());
    }
}
