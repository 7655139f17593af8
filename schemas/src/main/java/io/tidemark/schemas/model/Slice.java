package io.tidemark.schemas.model;

/**
 * An unbroken run of one replica set's oplog stored as one object.
 *
 * @param after the cluster time that the run follows, exclusive; 0:0 if it begins with the replica
 *     set's first entry ever
 * @param through the run's last entry, inclusive
 * @param baseOffset the Kafka offset of the run's first record; 0 for imported slices
 */
public record Slice(ClusterTime after, ClusterTime through, long baseOffset)
        implements CoveredRange {
    public Slice {
        if (!after.isBefore(through)) {
            throw new IllegalArgumentException("slice (" + after + ", " + through + "] is empty");
        }
        if (baseOffset < 0) {
            throw new IllegalArgumentException(
                    "base offset must be 0 or more but is " + baseOffset);
        }
    }
}
