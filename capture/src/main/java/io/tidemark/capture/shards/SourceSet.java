package io.tidemark.capture.shards;

import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.util.List;
import java.util.Optional;

/**
 * A replica set of the source cluster. In MongoDB 8.0 the config servers can be a shard as well.
 *
 * @param shardId its id in {@code config.shards}, which is what chunks name; empty if it is no
 *     shard
 * @param isConfigServer true for the config servers
 * @param seeds {@code host:port} of members to begin with
 */
public record SourceSet(
        ReplicaSet replicaSet,
        Optional<String> shardId,
        boolean isConfigServer,
        List<String> seeds) {
    public SourceSet {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("replica set " + replicaSet + " has no members");
        }
        if (shardId.isEmpty() && !isConfigServer) {
            throw new IllegalArgumentException(
                    "replica set " + replicaSet + " is neither a shard nor the config servers");
        }
    }

    /** What it is to the cluster; config servers that are a shard as well count as the former. */
    public ReplicaSetRole role() {
        return isConfigServer
                ? ReplicaSetRole.CONFIG_SERVER
                : ReplicaSetRole.shard(shardId.orElseThrow());
    }
}
