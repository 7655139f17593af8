package io.tidemark.capture.operation;

import java.time.Clock;

/** Time as the operations of one agent know it. */
public interface OperationClock {
    /** Goes on while the process is stopped (SIGSTOP); as {@link System#nanoTime}. */
    long nanoTime();

    /** Unix milliseconds; may be set by others at any time. */
    long millis();

    /** This machine's. */
    static OperationClock system() {
        return of(Clock.systemUTC());
    }

    /**
     * @param wall tells {@link #millis}
     */
    static OperationClock of(Clock wall) {
        return new OperationClock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public long millis() {
                return wall.millis();
            }
        };
    }
}
