package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the operations gathered so far make of one document. As long as nothing but deltas came, its
 * state is unknown and the deltas wait for the document as it is in the target.
 */
final class PendingDocument {
    private final boolean isNew;
    private List<Waiting> waiting = List.of();
    private boolean known;
    private boolean wasSet;
    private RawDocument state;
    private ClusterTime missingAt;
    private ClusterTime lastAt = ClusterTime.ZERO;
    private long lastOperation;

    private record Waiting(Operation update, long operation) {}

    /**
     * @param isNew true if the first operation is an insert of what can't be in the target
     */
    PendingDocument(boolean isNew) {
        this.isNew = isNew;
    }

    /**
     * @param operation its number, here and below
     */
    void set(RawDocument document, long operation) {
        lastOperation = operation;
        become(document);
    }

    void delete(long operation) {
        lastOperation = operation;
        become(null);
    }

    void update(Operation update, long operation) {
        lastAt = update.at();
        lastOperation = operation;
        if (update.isReplacement()) {
            become(update.o());
        } else if (known) {
            apply(update);
        } else {
            if (waiting.isEmpty()) {
                waiting = new ArrayList<>(1);
            }
            waiting.add(new Waiting(update, operation));
        }
    }

    boolean isKnown() {
        return known;
    }

    /** True if the document is known to be gone at the end. */
    boolean isGone() {
        return known && state == null;
    }

    /**
     * Applies the waiting deltas; what doesn't depend on it stays.
     *
     * @param before the document as the target holds it
     * @param appliedThrough the last operation that it has already; 0 for none
     */
    void resolve(Optional<RawDocument> before, long appliedThrough) {
        if (known) {
            return;
        }
        known = true;
        state = before.orElse(null);
        for (Waiting each : waiting) {
            if (each.operation() > appliedThrough) {
                apply(each.update());
            }
        }
        waiting = List.of();
    }

    /** True if what came before does not matter any more. */
    boolean wasSet() {
        return wasSet;
    }

    /** The number of the last operation. */
    long lastOperation() {
        return lastOperation;
    }

    /** True if the first operation was an insert of what could not be in the target. */
    boolean isNew() {
        return isNew;
    }

    /** Empty if the document is to be gone. */
    Optional<RawDocument> state() {
        return Optional.ofNullable(state);
    }

    /** When a delta met no document, and nothing has set the document since. */
    Optional<ClusterTime> missingAt() {
        return Optional.ofNullable(missingAt);
    }

    private void become(RawDocument document) {
        known = true;
        wasSet = true;
        state = document;
        missingAt = null;
        waiting = List.of();
    }

    private void apply(Operation update) {
        if (state == null) {
            missingAt = lastAt;
        }
        state = update.appliedTo(Optional.ofNullable(state));
    }
}
