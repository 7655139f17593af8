package io.tidemark.capture.operation;

/** The operation can't succeed, whoever tries again; the message says why and what to do. */
public final class OperationFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OperationFailedException(String message) {
        super(message);
    }

    public OperationFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
