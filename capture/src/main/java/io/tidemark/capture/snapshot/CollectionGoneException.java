package io.tidemark.capture.snapshot;

/** The collection was dropped: normal while writes go on. */
public final class CollectionGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CollectionGoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
