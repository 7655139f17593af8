package io.tidemark.capture;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Waiting that ends when nothing moves any more: how long a slow machine needs for all of the work
 * is not known.
 */
final class Progress {
    private static final Duration STILL = Duration.ofSeconds(90);
    private static final long PAUSE_MILLIS = 300;
    private final LongSupplier measure;
    private long seen = -1;
    private long moved = System.nanoTime();

    Progress(LongSupplier measure) {
        this.measure = measure;
    }

    /** Pauses a moment; fails if nothing has moved for 90 s. */
    void require(String what) {
        long now = measure.getAsLong();
        if (now != seen) {
            seen = now;
            moved = System.nanoTime();
        }
        if (System.nanoTime() - moved > STILL.toNanos()) {
            throw new AssertionError(
                    "not " + what + ", and nothing new came for " + STILL + "; there are " + now);
        }
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for: " + what, e);
        }
    }
}
