package io.tidemark.capture.tail;

import java.time.Duration;

/** Waiting between two attempts, injected so that tests need not sleep. */
@FunctionalInterface
public interface Pause {
    /** Waits, or less if there is a reason to look again. */
    void sleep(Duration time);
}
