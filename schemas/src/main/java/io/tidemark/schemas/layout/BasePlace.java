package io.tidemark.schemas.layout;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;

/**
 * Where one replica set's part of a base lies in the bucket.
 *
 * @param snapshotId 1 to 64 letters, digits, '_' or '-'
 */
public record BasePlace(
        ClusterName cluster, Incarnation incarnation, String snapshotId, ReplicaSet replicaSet) {
    public BasePlace {
        ObjectKeyText.requireId("snapshot id", snapshotId);
    }

    String folder() {
        return ObjectKeyText.baseFolder(cluster, incarnation, snapshotId) + replicaSet.name() + "/";
    }
}
