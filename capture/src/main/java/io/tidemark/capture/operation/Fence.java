package io.tidemark.capture.operation;

/** Whether a lock is still ours. Safe for use by several threads. */
@FunctionalInterface
public interface Fence {
    /**
     * To be called before each write that others may see, as close to it as can be: an agent that
     * was paused for long and wakes must not write. A write that was under way when the pause began
     * can't be called back; that is why objects are made create-only, under a folder that names the
     * {@linkplain ReplicaSetTask#token() token} as long as no manifest names them.
     *
     * @throws FencedException if the lock is another's now, or it can't be known whose it is: the
     *     caller stops and leaves everything as it is
     */
    void check();
}
