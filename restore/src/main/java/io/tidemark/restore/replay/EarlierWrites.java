package io.tidemark.restore.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a restore that was cut off may have written after its last checkpoint, as its {@link
 * WriteLog} was told. Replay begins at the checkpoint again, and meets every one of these documents
 * with the same operations: the hash of what the target holds tells which of them are in it. Safe
 * for use by several threads.
 */
public final class EarlierWrites {
    /** One document: as it was at the checkpoint, and the states that may have been written. */
    static final class Earlier {
        private final long before;
        private final List<WriteLog.DocumentChange> changes = new ArrayList<>(1);

        Earlier(long before) {
            this.before = before;
        }

        /** The hash of the document at the checkpoint; 0 if it was absent. */
        long before() {
            return before;
        }

        /**
         * The last operation that is in the document as the target holds it; 0 for none, empty if
         * it is in none of the states that were written.
         */
        OptionalLong appliedThrough(long held) {
            for (WriteLog.DocumentChange change : changes) {
                if (change.after() == held) {
                    return OptionalLong.of(change.operation());
                }
            }
            return held == before ? OptionalLong.of(0) : OptionalLong.empty();
        }
    }

    private final Map<Long, Map<Long, Earlier>> byCollection = new HashMap<>();

    /** In the order in which the log was told. */
    public synchronized void add(long collection, WriteLog.DocumentChange change) {
        byCollection
                .computeIfAbsent(collection, c -> new HashMap<>())
                .computeIfAbsent(change.id(), id -> new Earlier(change.before()))
                .changes
                .add(change);
    }

    public synchronized boolean isEmpty() {
        return byCollection.isEmpty();
    }

    /** What is known of a document; afterwards it is known no more. */
    synchronized Optional<Earlier> take(CollectionState collection, DocumentId id) {
        Map<Long, Earlier> documents = byCollection.get(collection.number());
        if (documents == null) {
            return Optional.empty();
        }
        Earlier earlier = documents.remove(id.hash());
        if (documents.isEmpty()) {
            byCollection.remove(collection.number());
        }
        return Optional.ofNullable(earlier);
    }

    /**
     * The hashes at the checkpoint of all documents of a collection, by {@link DocumentId#hash}.
     */
    public synchronized Map<Long, Long> takeAll(CollectionState collection) {
        Map<Long, Long> before = new HashMap<>();
        Map<Long, Earlier> documents = byCollection.remove(collection.number());
        if (documents != null) {
            documents.forEach((id, earlier) -> before.put(id, earlier.before()));
        }
        return before;
    }

    /** How many documents of a collection are still known. */
    synchronized int left(CollectionState collection) {
        return byCollection.getOrDefault(collection.number(), Map.of()).size();
    }
}
