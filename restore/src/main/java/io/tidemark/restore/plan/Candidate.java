package io.tidemark.restore.plan;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.util.Optional;

/**
 * Something that a replica set could be restored from: a base, or its birth, with the unbroken
 * chain of slices behind it.
 *
 * @param base empty for the birth
 * @param usableFrom the earliest time it serves
 */
record Candidate(
        ArchivedReplicaSet life, Optional<BaseFacts> base, ClusterTime usableFrom, Chain chain) {

    /** An entry at or after a time proves that everything up to it is there. */
    ClusterTime reach() {
        return chain.unbrokenThrough();
    }

    boolean serves(ClusterTime time) {
        return !time.isBefore(usableFrom) && !time.isAfter(reach());
    }

    Optional<RestoreWindow> window() {
        return reach().isBefore(usableFrom)
                ? Optional.empty()
                : Optional.of(new RestoreWindow(usableFrom, reach()));
    }
}
