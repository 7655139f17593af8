package io.tidemark.capture.snapshot;

/** A cursor was lost; the collection can still be read. */
public final class ScanInterruptedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ScanInterruptedException(String message, Throwable cause) {
        super(message, cause);
    }
}
