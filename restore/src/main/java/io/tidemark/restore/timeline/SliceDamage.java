package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/**
 * A slice that could not be read.
 *
 * @param after what it should have told lies after this time ...
 * @param through ... up to this one
 * @param words which object, what is wrong, what to do
 */
public record SliceDamage(
        ReplicaSet replicaSet, ClusterTime after, ClusterTime through, String words) {}
