package io.tidemark.restore;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/**
 * Told how far a restore has come. Called from several threads, never twice at once for one replica
 * set; must return at once.
 */
public interface RestoreProgress {
    /** The steps of a restore, in order. */
    enum Phase {
        PLAN,
        GUARD,
        CHECK,
        BASE,
        REPLAY,
        DECIDE,
        ORPHANS,
        INDEXES,
        IDENTITY,
        VERIFY,
        DONE
    }

    /** The whole restore enters a phase. */
    default void phase(Phase phase) {}

    /** Documents of the base written so far. */
    default void baseLoaded(ReplicaSet replicaSet, long documents) {}

    /** Entries read so far, and the cluster time of the last of them. */
    default void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {}

    /** Single operations in the entries read so far: of a list in {@code applyOps} each. */
    default void operationsRead(ReplicaSet replicaSet, long operations) {}

    /** Nobody listens. */
    static RestoreProgress silent() {
        return new RestoreProgress() {};
    }
}
