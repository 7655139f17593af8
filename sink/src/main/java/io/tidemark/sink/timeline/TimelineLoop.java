package io.tidemark.sink.timeline;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the timeline's archiver on a thread of its own. A failure is told and tried again after a
 * pause with a new archiver: restores can work the timeline out from the slices, so slices must not
 * stop for its sake.
 */
public final class TimelineLoop implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TimelineLoop.class);
    private final Supplier<TimelineArchiver> archivers;
    private final TimelineWatch watch;
    private final Duration pause;
    private final Duration stop;
    private final Runnable onDeath;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "sink-timeline");

    /** For {@link #stop} of another thread. */
    private volatile TimelineArchiver running;

    private volatile Throwable death;

    /**
     * @param archivers makes one that was not started
     * @param watch told of steps and failures
     * @param pause before a new one after a failure
     * @param stop how long {@link #close} waits
     * @param onDeath called if this thread can't go on (out of memory, a bug): the process must end
     */
    public TimelineLoop(
            Supplier<TimelineArchiver> archivers,
            TimelineWatch watch,
            Duration pause,
            Duration stop,
            Runnable onDeath) {
        this.archivers = archivers;
        this.watch = watch;
        this.pause = pause;
        this.stop = stop;
        this.onDeath = onDeath;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!isStopping()) {
                archive();
            }
        } catch (Error e) {
            death = e;
            onDeath.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void archive() throws InterruptedException {
        TimelineArchiver archiver = archivers.get();
        running = archiver;
        try {
            archiver.start();
            while (!isStopping()) {
                archiver.step();
                watch.stepped();
            }
            archiver.close();
        } catch (RuntimeException e) {
            archiver.abandon();
            watch.failed(e);
            LOGGER.atError()
                    .setCause(e)
                    .addKeyValue("pauseSeconds", pause.toSeconds())
                    .log("The timeline is not archived for now; slices are");
            stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private boolean isStopping() {
        return stopped.getCount() == 0;
    }

    /** The last objects are put, then the thread ends. Any thread; twice is harmless. */
    public void stop() {
        stopped.countDown();
        TimelineArchiver archiver = running;
        if (archiver != null) {
            archiver.wakeup();
        }
    }

    /** What ended the thread before its time. */
    public Optional<Throwable> death() {
        return Optional.ofNullable(death);
    }

    /** Stops and waits. */
    @Override
    public void close() {
        stop();
        try {
            thread.join(stop.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOGGER.warn("The timeline's archiver did not end in time");
        }
    }
}
