package io.tidemark.storage.turn;

/** Another operation reads or removes the archive; the message says which, by whom, since when. */
public final class TurnHeldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TurnHeldException(String message) {
        super(message);
    }
}
