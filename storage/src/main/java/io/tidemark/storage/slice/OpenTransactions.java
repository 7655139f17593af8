package io.tidemark.storage.slice;

import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows one replica set's transactions: which are open after the entries seen so far (F§3.1 of
 * the facts on MongoDB: chains by session and number, begun anew by a null {@code prevOpTime},
 * ended by the last part, a commit or an abort). The same entries give the same answer, so it can
 * stand in a slice's header.
 */
public final class OpenTransactions {
    private final Map<TransactionKey, OpenTransaction> open = new LinkedHashMap<>();

    /**
     * @param before those open when the first entry comes: the end of the slice before
     */
    public OpenTransactions(List<OpenTransaction> before) {
        before.forEach(transaction -> open.put(transaction.key(), transaction));
    }

    public void apply(OplogEntry entry) {
        if (!entry.shape().isTransactionChain()) {
            return;
        }
        entry.transactionKey().ifPresent(key -> apply(key, entry));
    }

    private void apply(TransactionKey key, OplogEntry entry) {
        switch (entry.shape()) {
            case TRANSACTION_PART -> put(key, entry, Optional.empty());
            case PREPARE -> put(key, entry, Optional.of(entry.optime()));
            default -> open.remove(key);
        }
    }

    private void put(TransactionKey key, OplogEntry entry, Optional<Optime> prepared) {
        OpenTransaction known = open.get(key);
        boolean goesOn = known != null && entry.previousOptime().isPresent();
        Optime first = goesOn ? known.first() : entry.optime();
        open.put(key, new OpenTransaction(key, first, prepared));
    }

    /** In the order of their first entries. */
    public List<OpenTransaction> list() {
        return open.values().stream().sorted(Comparator.comparing(OpenTransaction::first)).toList();
    }
}
