package io.tidemark.restore.merge;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;

/**
 * A replica set that has reached the restored time, without orphans.
 *
 * @param shardId empty for config servers that are no shard, and for a lone replica set
 * @param collections all that replay knows
 * @param views its {@code system.views}
 */
public record MergedShard(
        ReplicaSetPlan plan,
        Optional<String> shardId,
        StagedShard target,
        List<CollectionState> collections,
        MemoryTarget views) {

    public MergedShard {
        collections = List.copyOf(collections);
    }

    Optional<CollectionState> collection(Namespace namespace) {
        return collections.stream()
                .filter(c -> c.target() == target && c.namespace().equals(namespace))
                .findFirst();
    }

    String name() {
        return plan.replicaSet().name();
    }
}
