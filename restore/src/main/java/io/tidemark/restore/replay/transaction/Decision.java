package io.tidemark.restore.replay.transaction;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.TransactionKey;
import java.util.Optional;

/**
 * What became of a transaction that was prepared at the restored time without outcome.
 *
 * @param commitTimestamp of the commit; empty if it was aborted or never decided
 * @param outcome whether its operations are in
 * @param decidedBy where that was found, for the report
 */
public record Decision(
        TransactionKey key,
        Optional<ClusterTime> commitTimestamp,
        Outcome outcome,
        String decidedBy) {
    /** In or out, on all shards alike. */
    public enum Outcome {
        /** Committed at or before the restored time. */
        IN,
        /** Aborted, or committed later, or prepared later somewhere. */
        OUT,
        /** No archived oplog tells: left out everywhere, where that is forced. */
        UNDECIDED
    }

    public boolean isIn() {
        return outcome == Outcome.IN;
    }
}
