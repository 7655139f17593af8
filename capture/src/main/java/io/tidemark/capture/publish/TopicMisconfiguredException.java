package io.tidemark.capture.publish;

/** A topic exists in a form that can't hold an oplog, or may not be written: a person must act. */
public final class TopicMisconfiguredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TopicMisconfiguredException(String message) {
        super(message);
    }

    public TopicMisconfiguredException(String message, Throwable cause) {
        super(message, cause);
    }
}
