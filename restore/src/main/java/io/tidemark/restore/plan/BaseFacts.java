package io.tidemark.restore.plan;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.base.BaseManifest;
import java.util.Optional;

/**
 * A base, as far as planning needs it.
 *
 * @param replayAfter replay needs every entry after this time
 * @param usableFrom serves restores to this time and later
 * @param role of its replica set, if it tells
 */
public record BaseFacts(
        BasePlace place,
        ClusterTime replayAfter,
        ClusterTime usableFrom,
        Optional<ReplicaSetRole> role) {
    /** Of a base that doesn't tell its replica set's role. */
    public BaseFacts(BasePlace place, ClusterTime replayAfter, ClusterTime usableFrom) {
        this(place, replayAfter, usableFrom, Optional.empty());
    }

    static BaseFacts of(BaseManifest manifest) {
        return new BaseFacts(
                manifest.place(), manifest.replayAfter(), manifest.usableFrom(), manifest.role());
    }
}
