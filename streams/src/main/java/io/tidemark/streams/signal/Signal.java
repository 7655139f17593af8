package io.tidemark.streams.signal;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.window.Base;
import java.util.List;
import java.util.Optional;

/** The little that the fold needs to know; everything that changes it is one of these. */
public sealed interface Signal {

    /** The facts of one entry. */
    record Observed(Observation observation) implements Signal {}

    /** Everything of the replica set up to here was read. */
    record Frontier(ReplicaSet replicaSet, ClusterTime through) implements Signal {}

    /**
     * The replica set's record begins after this time.
     *
     * @param shards the shards of that moment, told by the set that decides who is a member
     */
    record Begins(
            ReplicaSet replicaSet,
            ClusterTime after,
            Optional<ReplicaSetRole> role,
            Optional<List<Shard>> shards)
            implements Signal {}

    /** What somebody says the replica set is to its cluster. */
    record Role(ReplicaSet replicaSet, ReplicaSetRole role) implements Signal {}

    /** Entries are missing. */
    record Lost(ReplicaSet replicaSet, Gap gap) implements Signal {}

    /** The replica set was created anew. */
    record Reborn(ReplicaSet replicaSet, ClusterTime last, ClusterTime first) implements Signal {}

    /** Everything of the replica set up to here is in the bucket. */
    record Archived(ReplicaSet replicaSet, ClusterTime through) implements Signal {}

    /** Nothing of the replica set behind this time will come: its shard has left. */
    record Ended(ReplicaSet replicaSet, ClusterTime through) implements Signal {}

    /** A base snapshot can be used. */
    record BaseTaken(String id, List<Base> bases) implements Signal {}

    /** A base snapshot was pruned. */
    record BaseGone(String id) implements Signal {}

    /**
     * The cluster's members from the first are known: the fold begins.
     *
     * @param complete somebody who knows told all of them; else they are those that were heard of
     */
    record Founded(ReplicaSet config, List<Shard> shards, boolean complete) implements Signal {}

    /** Nobody asks for times before this one any more. */
    record Forget(ClusterTime oldest) implements Signal {}
}
