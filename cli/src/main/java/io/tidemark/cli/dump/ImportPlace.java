package io.tidemark.cli.dump;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;

/**
 * What is imported, and where it goes. Backups don't tell a {@code replicaSetId}, so the
 * incarnation is {@link Incarnation#UNKNOWN}.
 *
 * @param keys seal what is stored, if there are any
 */
public record ImportPlace(
        ObjectStore store,
        FrameKeys keys,
        ClusterName cluster,
        ReplicaSet replicaSet,
        ReplicaSetRole role) {

    /** How objects are written. */
    FrameOptions frames() {
        return FrameOptions.defaults().sealedFor(keys);
    }

    public Incarnation incarnation() {
        return Incarnation.UNKNOWN;
    }
}
