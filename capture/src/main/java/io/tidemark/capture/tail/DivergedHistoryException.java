package io.tidemark.capture.tail;

/**
 * The replica set's history is not the one that was captured: entries that were published are not
 * part of it. Capture of this replica set stops until a person decides.
 */
public final class DivergedHistoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DivergedHistoryException(String message) {
        super(message);
    }
}
