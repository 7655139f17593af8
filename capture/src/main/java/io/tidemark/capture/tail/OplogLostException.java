package io.tidemark.capture.tail;

/** A member no longer holds entries that were asked for; another member may. */
public final class OplogLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OplogLostException(String message) {
        super(message);
    }

    public OplogLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
