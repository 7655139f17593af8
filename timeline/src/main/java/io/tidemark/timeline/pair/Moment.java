package io.tidemark.timeline.pair;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.Evidence;

/**
 * Where a fact stands.
 *
 * @param shard the id of the replica set's shard, or {@code config}
 * @param ordinal the fact's place among those of its entry
 */
record Moment(ClusterTime at, ReplicaSet replicaSet, String shard, int ordinal) {

    Evidence evidence(String what) {
        return new Evidence(at, replicaSet, what);
    }

    /** Something to wait for on this replica set. */
    String token(String name) {
        return replicaSet.name() + "|" + name;
    }

    /** A stable name for what begins here. */
    String id(String kind) {
        String place = kind + "-" + at.seconds() + "." + at.increment() + "-" + replicaSet.name();
        return ordinal == 0 ? place : place + "-" + ordinal;
    }
}
