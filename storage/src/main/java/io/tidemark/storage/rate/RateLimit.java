package io.tidemark.storage.rate;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Bytes a second, shared by all threads that take. Who takes waits until what was taken before is
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
    private final Optional<RateLimit> all;
    private long free;
    private boolean begun;

    /**
     * @param bytesPerSecond 0 for no limit
     */
    public RateLimit(long bytesPerSecond) {
        this(bytesPerSecond, SYSTEM, Optional.empty());
    }

    public RateLimit(long bytesPerSecond, Timer timer) {
        this(bytesPerSecond, timer, Optional.empty());
    }

    private RateLimit(long bytesPerSecond, Timer timer, Optional<RateLimit> all) {
        this.bytesPerSecond = bytesPerSecond;
        this.timer = timer;
        this.all = all;
    }

    /** A limit for some of those who share this one, which goes on to count for them too. */
    public RateLimit within(long bytes) {
        return new RateLimit(bytes, timer, Optional.of(this));
    }

    /** The lowest rate that counts here; empty where none does. */
    public Optional<Long> bytesPerSecond() {
        return Stream.concat(
                        Stream.of(bytesPerSecond).filter(bytes -> bytes > 0),
                        all.stream().flatMap(outer -> outer.bytesPerSecond().stream()))
                .min(Long::compare);
    }

    /**
     * Returns when so many bytes, which were just read or are about to be written, are within the
     * rate.
     */
    public void take(long bytes) throws InterruptedException {
        long wait = reserve(bytes);
        if (all.isPresent()) {
            wait = Math.max(wait, all.get().reserve(bytes));
        }
        if (wait > 0) {
            timer.sleep(wait);
        }
    }

    /** Nanoseconds until they are paid for. */
    private synchronized long reserve(long bytes) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long now = timer.nanos();
        if (!begun || free - now < 0) {
            free = now;
            begun = true;
        }
        free += (long) (bytes * 1e9 / bytesPerSecond);
        return free - now;
    }
}
