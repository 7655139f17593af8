package io.tidemark.capture;

import io.tidemark.capture.tail.TailClock;
import java.time.Duration;

/** The machine's time; an interruption ends a wait. */
final class SystemTailClock implements TailClock {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
