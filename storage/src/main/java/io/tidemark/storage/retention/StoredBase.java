package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;

/**
 * A base, as far as retention needs it.
 *
 * @param replayAfter a restore from it needs every entry after this time
 * @param usableFrom it serves this time and later
 * @param imported from another tool's backup
 */
public record StoredBase(
        BasePlace place, ClusterTime replayAfter, ClusterTime usableFrom, boolean imported) {
    ArchivedReplicaSet life() {
        return new ArchivedReplicaSet(place.cluster(), place.incarnation(), place.replicaSet());
    }
}
