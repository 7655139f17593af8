package io.tidemark.capture.operation;

import java.util.Locale;

/** Of these, one at a time per cluster. */
public enum OperationKind {
    SNAPSHOT,
    RESTORE,
    PRUNE;

    /** As the command line names it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
