package io.tidemark.cli.snapshot;

import io.tidemark.embedded.mongo.sharding.Workload;
import java.time.Duration;

/** Writes without rest. */
final class Load implements AutoCloseable {
    private volatile boolean ended;
    volatile int steps;
    private final Thread thread;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    Load(Workload workload) {
        thread =
                new Thread(
                        () -> {
                            while (!ended) {
                                workload.step();
                                steps++;
                                pause();
                            }
                        },
                        "load");
        thread.start();
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join();
    }
}
