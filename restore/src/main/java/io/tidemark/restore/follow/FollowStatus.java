package io.tidemark.restore.follow;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a standby has come.
 *
 * @param newest the newest entry that is known of any replica set of the source
 * @param applied by replica set: entries up to this time are in the target
 */
public record FollowStatus(ClusterTime newest, Map<ReplicaSet, ClusterTime> applied) {
    public FollowStatus {
        applied = new TreeMap<>(applied);
    }

    /** The cluster can be promoted to this time or a later one. */
    public ClusterTime promotableFrom() {
        return applied.values().stream().max(Comparator.naturalOrder()).orElse(ClusterTime.ZERO);
    }

    /** Seconds of cluster time between the newest known entry and what is applied. */
    public long lagSeconds(ReplicaSet replicaSet) {
        return Math.max(0, newest.seconds() - applied.get(replicaSet).seconds());
    }
}
