package io.tidemark.capture.tail;

import java.time.Duration;

/** Time as a tailer needs it, injected so that tests need not wait. */
public interface TailClock {
    /** Monotonic, as {@link System#nanoTime}. */
    long nanoTime();

    /** Waits, or less if there is a reason to look again. */
    void sleep(Duration time);
}
