package io.tidemark.capture.operation;

/** The lock is another's: whoever gets this stops at once and writes nothing more. */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FencedException(String message) {
        super(message);
    }

    public FencedException(String message, Throwable cause) {
        super(message, cause);
    }
}
