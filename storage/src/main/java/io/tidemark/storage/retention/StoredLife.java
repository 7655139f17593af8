package io.tidemark.storage.retention;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.util.Optional;

/**
 * The archived oplog of one life of a replica set.
 *
 * @param chain of all its slices, from the beginning of time on
 * @param born the first entry, if the archive begins with the first that the replica set wrote: it
 *     then needs no base
 */
record StoredLife(ArchivedReplicaSet life, Chain chain, Optional<ClusterTime> born) {
    /** True if neither slices nor gaps are there. */
    boolean isWithoutOplog() {
        return chain.links().isEmpty()
                && chain.holes().stream().allMatch(hole -> hole.gaps().isEmpty());
    }

    /**
     * Up to where entries are there without a hole after {@code from}.
     *
     * @param lenient passes over holes that nobody explained: their slices may be brought back
     */
    ClusterTime reach(ClusterTime from, boolean lenient) {
        for (Chain.Hole hole : chain.holes()) {
            boolean isEnd = hole.through().equals(ClusterTime.MAX);
            boolean passes = lenient && hole.gaps().isEmpty() && !isEnd;
            if (hole.through().isAfter(from) && !passes) {
                return ClusterTime.max(from, hole.after());
            }
        }
        return chain.through();
    }
}
