package io.tidemark.restore;

import io.tidemark.restore.replay.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Does the same with every replica set at once. */
final class Parallel {
    private Parallel() {}

    /** Returns when all are done; the first failure goes on when the others have ended too. */
    static <T> void forEach(List<T> all, Consumer<T> work) {
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        Math.max(1, all.size()), task -> new Thread(task, "restore-replica-set"));
        try {
            List<Future<?>> running = new ArrayList<>();
            all.forEach(one -> running.add(threads.submit(() -> work.accept(one))));
            RuntimeException first = null;
            for (Future<?> one : running) {
                try {
                    Futures.await(one);
                } catch (RuntimeException e) {
                    first = first == null ? e : first;
                }
            }
            if (first != null) {
                throw first;
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
