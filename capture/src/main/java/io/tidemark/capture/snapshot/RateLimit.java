package io.tidemark.capture.snapshot;

import java.util.concurrent.TimeUnit;

/**
 * Bytes a second, shared by all threads of an agent. Who takes waits until what was taken before is
 * paid for; nothing is saved up while nobody takes.
 */
public final class RateLimit {
    /** Takes the time and lets it pass. */
    public interface Timer {
        long nanos();

        void sleep(long nanos) throws InterruptedException;
    }

    private static final Timer SYSTEM =
            new Timer() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public void sleep(long nanos) throws InterruptedException {
                    TimeUnit.NANOSECONDS.sleep(nanos);
                }
            };

    private final long bytesPerSecond;
    private final Timer timer;
    private long free;
    private boolean begun;

    /**
     * @param bytesPerSecond 0 for no limit
     */
    public RateLimit(long bytesPerSecond) {
        this(bytesPerSecond, SYSTEM);
    }

    RateLimit(long bytesPerSecond, Timer timer) {
        this.bytesPerSecond = bytesPerSecond;
        this.timer = timer;
    }

    /** Returns when so many bytes, which were just read, are within the rate. */
    void take(long bytes) throws InterruptedException {
        if (bytesPerSecond == 0) {
            return;
        }
        long wait;
        synchronized (this) {
            long now = timer.nanos();
            if (!begun || free - now < 0) {
                free = now;
                begun = true;
            }
            free += (long) (bytes * 1e9 / bytesPerSecond);
            wait = free - now;
        }
        if (wait > 0) {
            timer.sleep(wait);
        }
    }
}
