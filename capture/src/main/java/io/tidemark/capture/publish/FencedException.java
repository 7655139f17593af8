package io.tidemark.capture.publish;

/** Another agent owns the replica set now; this one must stop writing, and has harmed nothing. */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FencedException(String message, Throwable cause) {
        super(message, cause);
    }
}
