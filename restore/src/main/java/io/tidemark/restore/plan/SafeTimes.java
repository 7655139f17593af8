package io.tidemark.restore.plan;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Optional;

/** What is known of the cluster beside what its archive lists. */
public interface SafeTimes {
    /** False if the replica set is known not to belong to the cluster at that time. */
    boolean mayBeMember(ReplicaSet replicaSet, ClusterTime time);

    /** The latest safe time before. */
    Optional<ClusterTime> before(ClusterTime time);

    /** The earliest safe time after. */
    Optional<ClusterTime> after(ClusterTime time);
}
