package io.tidemark.schemas.bson;

/** Bytes that are not the BSON they should be: damage, or not a MongoDB document at all. */
public final class MalformedBsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedBsonException(String message) {
        super(message);
    }
}
