package io.tidemark.capture.ownership;

import io.tidemark.capture.tail.OplogTailer;
import io.tidemark.capture.tail.TailProgress;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one tailer until it ends or is asked to. */
final class TailThread {
    private static final Logger LOGGER = LoggerFactory.getLogger(TailThread.class);
    private final OplogTailer tailer;
    private final Thread thread;
    private volatile boolean abandoned;
    private volatile Throwable failure;
    private volatile long endedNanos;

    TailThread(OplogTailer tailer) {
        this.tailer = tailer;
        this.thread = new Thread(this::run, "oplog-tail-" + tailer.replicaSet());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    TailProgress progress() {
        return tailer.progress();
    }

    void retire() {
        tailer.retire();
    }

    void stop(String why) {
        tailer.stop(why);
    }

    /**
     * Waits for the end; a thread that does not end in time is interrupted and left to itself: it
     * can't commit once the next owner has opened the topic.
     */
    void awaitEnd(Duration atMost) {
        try {
            thread.join(Math.max(1, atMost.toMillis()));
            if (thread.isAlive()) {
                LOGGER.atWarn()
                        .addKeyValue("replicaSet", tailer.replicaSet())
                        .log("The tailer did not stop in time; its next commit will be refused");
                abandon();
            }
        } catch (InterruptedException e) {
            abandon();
            Thread.currentThread().interrupt();
        }
    }

    private void abandon() {
        abandoned = true;
        thread.interrupt();
    }

    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** When {@link #hasEnded}: {@link System#nanoTime} of the end. */
    long endedNanos() {
        return endedNanos;
    }

    /** A bug: whatever ended the thread other than the tailer's own states. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try (tailer) {
            boolean goesOn = true;
            while (goesOn && !Thread.currentThread().isInterrupted()) {
                goesOn = tailer.step();
            }
        } catch (RuntimeException | Error e) {
            if (abandoned) {
                LOGGER.atInfo()
                        .addKeyValue("replicaSet", tailer.replicaSet())
                        .addKeyValue("error", e)
                        .log("The tailer that did not stop in time has ended");
                return;
            }
            failure = e;
            LOGGER.atError()
                    .addKeyValue("replicaSet", tailer.replicaSet())
                    .setCause(e)
                    .log("The tailer failed");
        } finally {
            endedNanos = System.nanoTime();
        }
    }
}
