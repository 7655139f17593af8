package io.tidemark.capture.snapshot;

/** The server can't read as of that cluster time, or not any more. */
public final class SnapshotLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SnapshotLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
