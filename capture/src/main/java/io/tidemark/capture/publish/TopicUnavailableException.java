package io.tidemark.capture.publish;

/**
 * Kafka could not be reached, or did not say whether it took what was given to it. Opening the
 * topic again tells, so nothing is lost or doubled.
 */
public final class TopicUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TopicUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
