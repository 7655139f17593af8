package io.tidemark.cli.audit;

import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Transactions that have an operation which is asked for, and may still be decided: the outcome of
 * a prepared one names neither collection nor document. One replica set's entries come in order.
 */
final class TouchingTransactions {
    private final AuditFilter filter;
    private final Map<ReplicaSet, Set<TransactionKey>> open = new HashMap<>();

    TouchingTransactions(AuditFilter filter) {
        this.filter = filter;
    }

    /** Sees the next entry; true if it is the outcome of such a transaction. */
    boolean endsWith(ReplicaSet set, OplogEntry entry) {
        Optional<TransactionKey> key = entry.transactionKey();
        if (key.isEmpty() || !entry.shape().isTransactionChain()) {
            return false;
        }
        Set<TransactionKey> touching = open.computeIfAbsent(set, s -> new HashSet<>());
        return switch (entry.shape()) {
            case TRANSACTION_PART, PREPARE -> {
                if (filter.touches(entry)) {
                    touching.add(key.get());
                }
                yield false;
            }
            case COMMIT, ABORT -> touching.remove(key.get());
            default -> {
                // Never prepared: its operations are its outcome.
                touching.remove(key.get());
                yield false;
            }
        };
    }
}
