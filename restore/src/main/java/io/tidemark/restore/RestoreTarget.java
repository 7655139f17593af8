package io.tidemark.restore;

import io.tidemark.restore.guard.TargetFacts;
import io.tidemark.restore.replay.ReplayTarget;

/** A server that is restored into. */
public interface RestoreTarget extends ReplayTarget, AutoCloseable {
    /**
     * Asks the target about itself; writes nothing.
     *
     * @throws RestoreException.Unreachable if it doesn't answer
     */
    TargetFacts inspect();

    /**
     * Lets the target remove expired documents, or not; its primary forgets it when it restarts.
     *
     * @throws RestoreException.TargetRefused if it doesn't let us
     */
    void expireDocuments(boolean on);

    /** Leaves a mark: from here on and until {@link #unmark} the target is half restored. */
    void mark(String description);

    /** The restore is whole. */
    void unmark();

    /** Twice is harmless. */
    @Override
    void close();

    /** Opens targets; tests restore into memory through it. */
    interface Connector {
        /**
         * @param connectionString may hold credentials: never for messages
         */
        RestoreTarget connect(String connectionString, RestoreOptions options);
    }
}
