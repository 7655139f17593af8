package io.tidemark.capture.tail;

/**
 * The servers answer but refuse: credentials, privileges, or not the replica set that was meant. A
 * person must act.
 */
public final class SourceRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SourceRefusedException(String message) {
        super(message);
    }

    public SourceRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
