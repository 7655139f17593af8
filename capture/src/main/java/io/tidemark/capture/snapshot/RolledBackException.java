package io.tidemark.capture.snapshot;

/** The member rolled back while it was scanned: what was seen of its catalogue may be untrue. */
public final class RolledBackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RolledBackException(String message) {
        super(message);
    }
}
