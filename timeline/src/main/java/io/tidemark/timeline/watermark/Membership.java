package io.tidemark.timeline.watermark;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Optional;

/**
 * A time during which a replica set belonged to the cluster: {@code [joined, left)} by the entries
 * on {@code config.shards}.
 *
 * @param shard its shard id; {@code config} for the config servers
 * @param joined 0:0 if it belonged to it from the first
 */
public record Membership(
        String shard, ReplicaSet replicaSet, ClusterTime joined, Optional<ClusterTime> left) {
    public boolean contains(ClusterTime time) {
        return !time.isBefore(joined) && left.map(time::isBefore).orElse(true);
    }

    /** The last cluster time of this membership; the end of time while it lasts. */
    public ClusterTime last() {
        return left.map(ClusterTime::previous).orElse(ClusterTime.MAX);
    }

    Membership until(ClusterTime time) {
        return new Membership(shard, replicaSet, joined, Optional.of(time));
    }

    Membership since(ClusterTime time) {
        return new Membership(shard, replicaSet, time, left);
    }

    Membership of(ReplicaSet named) {
        return new Membership(shard, named, joined, left);
    }

    /** The latest cut that this replica set allows if it is known up to {@code frontier}. */
    ClusterTime allows(ClusterTime frontier) {
        if (!frontier.isBefore(last())) {
            return ClusterTime.MAX;
        }
        ClusterTime before = joined.equals(ClusterTime.ZERO) ? joined : joined.previous();
        return ClusterTime.max(frontier, before);
    }
}
