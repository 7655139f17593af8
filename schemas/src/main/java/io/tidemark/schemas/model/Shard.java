package io.tidemark.schemas.model;

import java.util.Objects;

/**
 * A shard: a replica set that holds data, under the id that {@code config.shards} gives it. The id
 * is what chunk documents name; it often equals the replica set's name, but need not.
 */
public record Shard(String id, ReplicaSet replicaSet) {
    public Shard {
        Objects.requireNonNull(replicaSet, "replicaSet");
        if (id.isEmpty()) {
            throw new IllegalArgumentException(
                    "shard id of replica set " + replicaSet + " is empty");
        }
    }
}
