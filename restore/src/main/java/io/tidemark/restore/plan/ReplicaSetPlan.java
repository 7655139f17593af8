package io.tidemark.restore.plan;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.util.List;
import java.util.Optional;

/**
 * What one replica set is restored from.
 *
 * @param life which of its lives
 * @param role empty for a replica set that is no part of a sharded cluster
 * @param base empty if the oplog is archived from the first entry on
 * @param replayAfter replay begins with the first entry after this time
 * @param links slices from there on, without a hole, also a few beyond the restored time: the
 *     outcome of transactions mostly lies there
 * @param readThrough the last entry of the last of them; the archive may go on
 */
public record ReplicaSetPlan(
        ArchivedReplicaSet life,
        Optional<ReplicaSetRole> role,
        Optional<BasePlace> base,
        ClusterTime replayAfter,
        List<Chain.Link> links,
        ClusterTime readThrough) {
    public ReplicaSetPlan {
        links = List.copyOf(links);
    }

    public ReplicaSet replicaSet() {
        return life.replicaSet();
    }

    public boolean isConfigServer() {
        return role.filter(r -> r instanceof ReplicaSetRole.ConfigServer).isPresent();
    }

    /** The shard's id, as chunks name it. */
    public Optional<String> shardId() {
        return role.filter(r -> r instanceof ReplicaSetRole.ShardServer)
                .map(r -> ((ReplicaSetRole.ShardServer) r).id());
    }
}
