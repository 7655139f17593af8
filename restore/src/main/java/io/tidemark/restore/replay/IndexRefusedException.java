package io.tidemark.restore.replay;

/** The target can't build an index; the data are untouched. */
public final class IndexRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IndexRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
