package io.tidemark.storage.object;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Requests side by side: a bucket answers each of them after some milliseconds, however many it is
 * asked, so hundreds of small ones in a row would be a matter of seconds.
 */
public final class AtOnce {
    private static final int MOST = 16;

    private AtOnce() {}

    /**
     * The results in the order of the tasks; returns when all have ended.
     *
     * @throws RuntimeException the first one, by the order of the tasks, that a task threw
     */
    public static <T> List<T> all(List<Callable<T>> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        ExecutorService pool =
                Executors.newFixedThreadPool(Math.min(MOST, tasks.size()), AtOnce::thread);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> task : pool.invokeAll(tasks)) {
                results.add(task.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the bucket", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("reading the bucket failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "bucket-requests");
        thread.setDaemon(true);
        return thread;
    }
}
