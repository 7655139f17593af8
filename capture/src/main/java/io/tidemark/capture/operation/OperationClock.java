package io.tidemark.capture.operation;

/** Time as the operations of one agent know it. */
public interface OperationClock {
    /** Goes on while the process is stopped (SIGSTOP); as {@link System#nanoTime}. */
    long nanoTime();

    /** Unix milliseconds; may be set by others at any time. */
    long millis();

    /** This machine's. */
    static OperationClock system() {
        return new OperationClock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public long millis() {
                return System.currentTimeMillis();
            }
        };
    }
}
