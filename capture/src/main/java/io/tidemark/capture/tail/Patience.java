package io.tidemark.capture.tail;

import java.time.Duration;

/** How long something has been waited for, and whether that is enough. */
final class Patience {
    private final Duration limit;
    private final TailClock clock;
    private boolean waiting;
    private long since;

    Patience(Duration limit, TailClock clock) {
        this.limit = limit;
        this.clock = clock;
    }

    /** Counts from the first call on. */
    void waits() {
        if (!waiting) {
            waiting = true;
            since = clock.nanoTime();
        }
    }

    /** What was waited for came. */
    void reset() {
        waiting = false;
    }

    boolean isOver() {
        return waiting && clock.nanoTime() - since >= limit.toNanos();
    }
}
