package io.tidemark.schemas.model;

import java.util.Comparator;
import java.util.Objects;

/**
 * The place of an entry in one replica set's oplog, from which capture resumes.
 *
 * @param clusterTime the entry's {@code ts}
 * @param term the entry's election term {@code t}; -1 where the oplog gives none
 */
public record Optime(ClusterTime clusterTime, long term) implements Comparable<Optime> {
    private static final Comparator<Optime> ORDER =
            Comparator.comparing(Optime::clusterTime).thenComparingLong(Optime::term);

    /** The server's null value, {@code {ts: Timestamp(0, 0), t: -1}}: there is no entry before. */
    public static final Optime NONE = new Optime(ClusterTime.ZERO, -1);

    public Optime {
        Objects.requireNonNull(clusterTime, "clusterTime");
        if (term < -1) {
            throw new IllegalArgumentException("term must be -1 or more but is " + term);
        }
    }

    /** True for the null value, whatever its term: some versions write 0, some -1. */
    public boolean isNone() {
        return clusterTime.equals(ClusterTime.ZERO);
    }

    @Override
    public int compareTo(Optime other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return clusterTime + " (term " + term + ")";
    }
}
