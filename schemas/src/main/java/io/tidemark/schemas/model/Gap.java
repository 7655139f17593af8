package io.tidemark.schemas.model;

import java.util.Objects;

/**
 * A run of one replica set's oplog known to be missing; stored and listed like a slice.
 *
 * @param after the last entry known before the hole, exclusive
 * @param through the last cluster time that may be missing, inclusive: the one before the first
 *     entry known behind it
 * @param reason in words, for the operator
 */
public record Gap(ClusterTime after, ClusterTime through, String reason) implements CoveredRange {
    public Gap {
        Objects.requireNonNull(reason, "reason");
        if (!after.isBefore(through)) {
            throw new IllegalArgumentException("gap (" + after + ", " + through + "] is empty");
        }
    }
}
