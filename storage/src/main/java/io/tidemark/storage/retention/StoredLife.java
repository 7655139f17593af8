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
     * Whether nothing is missing up to that time but what is still to be archived, or may come
     * back: slices between others that are not there without a reason.
     */
    boolean willReach(ClusterTime from, ClusterTime time) {
        return !isWithoutOplog()
                && reach(from, false).isBefore(time)
                && !reach(from, true).isBefore(ClusterTime.min(time, end()));
    }

    /** Where the archive ends. */
    private ClusterTime end() {
        return chain.holes().stream()
                .filter(hole -> hole.through().equals(ClusterTime.MAX))
                .map(Chain.Hole::after)
                .findFirst()
                .orElse(ClusterTime.MAX);
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
