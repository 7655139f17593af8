package io.tidemark.restore.replay.update;

/** An update that a server would refuse to apply as well; the code is the server's. */
public final class InvalidUpdateException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int code;

    InvalidUpdateException(int code, String message) {
        super(message + " (error " + code + ")");
        this.code = code;
    }

    /** The server's error code. */
    public int code() {
        return code;
    }
}
