package io.tidemark.restore.plan;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.storage.catalogue.Chain;
import java.util.Optional;

/** A start with the chain of slices behind it, as far as it was asked for. */
record Candidate(Start start, Chain chain) {

    /** An entry at or after a time proves that everything up to it is there. */
    ClusterTime reach() {
        return chain.unbrokenThrough();
    }

    boolean serves(ClusterTime time) {
        return start.hasBegun(time) && !time.isAfter(reach());
    }

    Optional<RestoreWindow> window() {
        return reach().isBefore(start.usableFrom())
                ? Optional.empty()
                : Optional.of(new RestoreWindow(start.usableFrom(), reach()));
    }
}
