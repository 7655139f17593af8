package io.tidemark.cli.dump;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.object.ObjectStore;

/**
 * What is imported, and where it goes. Backups don't tell a {@code replicaSetId}, so the
 * incarnation is {@link Incarnation#UNKNOWN}.
 */
public record ImportPlace(
        ObjectStore store, ClusterName cluster, ReplicaSet replicaSet, ReplicaSetRole role) {

    public Incarnation incarnation() {
        return Incarnation.UNKNOWN;
    }
}
