package io.tidemark.capture.operation;

import java.util.Locale;

/** How far an operation, or one replica set's share of it, is. */
public enum OperationPhase {
    /** Not begun: the leader decides, or nobody holds the lock yet. */
    WAITING(false),
    RUNNING(false),
    DONE(true),
    FAILED(true),
    CANCELLED(true),
    /** Never begun: another operation held the cluster. */
    REFUSED(true);

    private final boolean end;

    OperationPhase(boolean end) {
        this.end = end;
    }

    /** Nothing changes any more. */
    public boolean isEnd() {
        return end;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
