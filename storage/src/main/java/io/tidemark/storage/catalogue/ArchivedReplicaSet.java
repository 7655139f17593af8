package io.tidemark.storage.catalogue;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Comparator;

/** One life of a replica set, as far as the bucket knows it. */
public record ArchivedReplicaSet(
        ClusterName cluster, Incarnation incarnation, ReplicaSet replicaSet)
        implements Comparable<ArchivedReplicaSet> {
    private static final Comparator<ArchivedReplicaSet> ORDER =
            Comparator.comparing(ArchivedReplicaSet::replicaSet)
                    .thenComparing(set -> set.incarnation().id());

    /** By name, then by incarnation. */
    @Override
    public int compareTo(ArchivedReplicaSet other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return replicaSet + " (incarnation " + incarnation + ")";
    }
}
