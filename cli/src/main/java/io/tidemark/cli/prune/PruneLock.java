package io.tidemark.cli.prune;

import io.tidemark.capture.SourceLocks;
import io.tidemark.cli.operation.KeptTurn;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.storage.retention.OperationLock;
import java.util.Optional;

/** A prune's turn, as the command line takes it. */
record PruneLock(OperationTurns turns, Optional<SourceLocks> locks) implements OperationLock {
    @Override
    public Turn take() {
        KeptTurn kept = turns.forPrune(locks);
        return new Turn() {
            @Override
            public void requireHeld() {
                kept.requireHeld();
            }

            @Override
            public void succeeded() {
                kept.succeeded();
            }

            @Override
            public void close() {
                kept.close();
            }
        };
    }
}
