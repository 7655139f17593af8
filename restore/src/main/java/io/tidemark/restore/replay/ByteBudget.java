package io.tidemark.restore.replay;

/**
 * Bytes that may be under way at once. What is larger than all of it goes alone. Safe for use by
 * several threads.
 */
final class ByteBudget {
    private final long most;
    private long used;

    ByteBudget(long most) {
        this.most = most;
    }

    /** Waits until there is room. */
    synchronized void take(long bytes) {
        try {
            while (used > 0 && used + bytes > most) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the target", e);
        }
        used += bytes;
    }

    synchronized void give(long bytes) {
        used -= bytes;
        notifyAll();
    }
}
