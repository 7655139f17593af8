package io.tidemark.restore;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.oplog.OplogEntry;

/** Says how far entries are applied within a round; asked for each of them. */
interface FollowControl {
    /** True if this entry, and all after it, must not be applied. */
    boolean endsBefore(ReplicaSetPlan set, OplogEntry entry);

    /** True if the standby is to end: between two entries. */
    boolean isStopped();
}
