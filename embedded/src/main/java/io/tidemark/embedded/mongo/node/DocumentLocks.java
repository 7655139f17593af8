package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.store.IdKey;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Which open transaction has written a document. Guarded by the set's write lock. */
final class DocumentLocks {
    private record Place(UUID collection, IdKey key) {}

    private final Map<Place, Transaction> owners = new HashMap<>();

    /** The open transaction that has written this document, or null. */
    Transaction owner(UUID collection, IdKey key) {
        return owners.isEmpty() ? null : owners.get(new Place(collection, key));
    }

    void take(UUID collection, IdKey key, Transaction transaction) {
        owners.put(new Place(collection, key), transaction);
    }

    void release(Transaction transaction) {
        transaction.written.forEach(
                (collection, keys) ->
                        keys.keySet().forEach(key -> owners.remove(new Place(collection, key))));
    }

    boolean isEmpty() {
        return owners.isEmpty();
    }
}
