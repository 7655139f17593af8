package io.tidemark.schemas.model;

/**
 * A run of one replica set's oplog of which we know what happened to it: {@code (after, through]}.
 */
public sealed interface CoveredRange permits Slice, Gap {
    /** Exclusive. */
    ClusterTime after();

    /** Inclusive. */
    ClusterTime through();

    default boolean contains(ClusterTime time) {
        return time.isAfter(after()) && !time.isAfter(through());
    }
}
