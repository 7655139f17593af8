package io.tidemark.capture.operation;

import java.util.Optional;

/**
 * Locks that all agents of a cluster share. Every answer is what a majority holds; every change is
 * held by a majority when the call returns.
 *
 * <p>Every method throws {@link io.tidemark.capture.tail.SourceUnavailableException} if the config
 * servers don't answer: a change may have been made then or not, and {@link #look} tells; and
 * {@link io.tidemark.capture.tail.SourceRefusedException} if a person must act. Nothing is retried
 * here. Safe for use by several threads.
 */
public interface Locks {
    LockSighting look(LockName name);

    /**
     * Takes the lock if it still is exactly as it was seen: of several callers one at most wins.
     *
     * @return the lock as it is ours, with a token greater than any before; empty if another was
     *     faster, or the holder has given a sign of life
     */
    Optional<LockSighting> take(LockSighting seen, LockClaim claim);

    /** Who wants a lock, and what for. */
    record LockClaim(OperationId operation, OperationKind kind, String owner) {}

    /**
     * A sign of life.
     *
     * @return false if the lock is another's, or free
     */
    boolean beat(LockName name, String owner, long token);

    /** Frees the lock if it is ours; otherwise does nothing. Its token stays. */
    void release(LockName name, String owner, long token);
}
