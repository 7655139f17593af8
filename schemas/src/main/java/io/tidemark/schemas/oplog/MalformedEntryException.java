package io.tidemark.schemas.oplog;

/**
 * BSON that is no oplog entry: without a cluster time, or in a format version that nobody here
 * knows.
 */
public final class MalformedEntryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedEntryException(String message) {
        super(message);
    }
}
