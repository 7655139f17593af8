package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.TransactionId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Transactions that routers have begun and nobody has ended. */
final class OpenTransactions {
    private final Map<TransactionId, RoutedTransaction> open = new ConcurrentHashMap<>();

    RoutedTransaction begin(TransactionId id) {
        open.keySet()
                .removeIf(
                        other ->
                                other.lsid().equals(id.lsid())
                                        && other.txnNumber() < id.txnNumber());
        RoutedTransaction begun = new RoutedTransaction(id);
        open.put(id, begun);
        return begun;
    }

    Optional<RoutedTransaction> find(TransactionId id) {
        return Optional.ofNullable(open.get(id));
    }

    void end(TransactionId id) {
        open.remove(id);
    }

    boolean touches(String namespace) {
        return open.values().stream().anyMatch(transaction -> transaction.touches(namespace));
    }

    boolean touchesDatabase(String database) {
        return open.values().stream()
                .anyMatch(transaction -> transaction.touchesDatabase(database));
    }

    Collection<RoutedTransaction> all() {
        return List.copyOf(open.values());
    }
}
