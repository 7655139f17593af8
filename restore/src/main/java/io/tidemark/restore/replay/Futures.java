package io.tidemark.restore.replay;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waits for work given to other threads, and carries on their failures. */
public final class Futures {
    private Futures() {}

    /**
     * @throws RuntimeException what the work threw; an {@link IllegalStateException} if this thread
     *     was interrupted
     */
    public static <T> T await(Future<T> work) {
        try {
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a write", e);
        } catch (CancellationException e) {
            throw new IllegalStateException("a write was cancelled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("a write failed", e.getCause());
        }
    }
}
