package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.storage.catalogue.Chain;

/** A piece of a replica set's archived oplog, in the order of time. */
sealed interface Part {
    ClusterTime through();

    /** Entries that are there. */
    record Entries(Chain.Link link) implements Part {
        @Override
        public ClusterTime through() {
            return link.readThrough();
        }
    }

    /**
     * Entries that are not there.
     *
     * @param anew because another life of the replica set begins behind
     */
    record Missing(Gap gap, boolean anew) implements Part {
        @Override
        public ClusterTime through() {
            return gap.through();
        }
    }
}
