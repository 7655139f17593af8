package io.tidemark.sink.consume;

/** Kafka does not let this worker read, or a topic is not as an oplog topic must be. */
public final class TopicsRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TopicsRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
