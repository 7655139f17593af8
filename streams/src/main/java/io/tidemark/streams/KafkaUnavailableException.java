package io.tidemark.streams;

/** Kafka does not answer, or not as the timeline needs it: nothing can be done before it does. */
public final class KafkaUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KafkaUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
