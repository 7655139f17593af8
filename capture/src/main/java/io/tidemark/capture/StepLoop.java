package io.tidemark.capture;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that repeats a step, with a pause in between, until it is stopped. */
final class StepLoop {
    private static final Logger LOGGER = LoggerFactory.getLogger(StepLoop.class);
    private static final Duration INTERRUPTED_END = Duration.ofSeconds(5);
    private final Runnable step;
    private final Duration pause;
    private final CompletableFuture<Void> failed;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param failed completed exceptionally by a step that throws
     */
    StepLoop(String name, Runnable step, Duration pause, CompletableFuture<Void> failed) {
        this.step = step;
        this.pause = pause;
        this.failed = failed;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** No step begins any more; the one under way goes on. */
    void askToStop() {
        stopped.countDown();
    }

    /** Waits for the step that is under way; interrupts it when the time is over. */
    void awaitEnd(Duration atMost) {
        try {
            thread.join(Math.max(1, atMost.toMillis()));
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(INTERRUPTED_END.toMillis());
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            do {
                step.run();
            } while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOGGER.atError().setCause(e).log("A thread of the agent failed");
            failed.completeExceptionally(e);
        }
    }
}
