package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/**
 * A base of one replica set: from a snapshot of the cluster, or of this set alone. What ties the
 * replica sets of a restore together is the cut at T, not their bases.
 *
 * @param id of the snapshot, or {@code birth}: the set is replayed from its first entry ever
 * @param replayFrom the cluster time after which replay needs every entry
 * @param usableFrom the earliest restore point: the end of the base's scan
 */
public record Base(
        String id, ReplicaSet replicaSet, ClusterTime replayFrom, ClusterTime usableFrom) {
    public Base {
        if (usableFrom.isBefore(replayFrom)) {
            throw new IllegalArgumentException(
                    "base "
                            + id
                            + " of "
                            + replicaSet
                            + " can't be usable from "
                            + usableFrom
                            + ", before its replay starts at "
                            + replayFrom);
        }
    }
}
