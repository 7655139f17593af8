package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
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

    /** The life that a base is of. */
    public static ArchivedReplicaSet of(BasePlace place) {
        return new ArchivedReplicaSet(place.cluster(), place.incarnation(), place.replicaSet());
    }

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
