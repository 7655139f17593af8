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
            return held == before ? OptionalLong.of(0) : lastDelete();
        }

        /**
         * A document that was inserted again after its delete need not have been told. Whatever is
         * there will go with that delete, which replay meets again.
         */
        private OptionalLong lastDelete() {
            return changes.stream()
                    .filter(change -> change.after() == 0)
                    .mapToLong(WriteLog.DocumentChange::operation)
                    .max();
        }
    }

    private final Map<Long, Map<Long, Earlier>> byCollection = new HashMap<>();
    private final Map<Long, Map<Long, Long>> applied = new HashMap<>();

    /** False until something is known, and mostly for ever: every document of replay asks. */
    private volatile boolean knows;

    /** In the order in which the log was told. */
    public synchronized void add(long collection, WriteLog.DocumentChange change) {
        knows = true;
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
    Optional<Earlier> take(CollectionState collection, DocumentId id) {
        return knows ? taken(collection, id) : Optional.empty();
    }

    private synchronized Optional<Earlier> taken(CollectionState collection, DocumentId id) {
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
     * A document as the target holds it has the operations up to this one: those that come in a
     * later batch, too, must not be applied to it again.
     */
    synchronized void hasThrough(CollectionState collection, DocumentId id, long operation) {
        knows = true;
        applied.computeIfAbsent(collection.number(), c -> new HashMap<>())
                .put(id.hash(), operation);
    }

    /** The last operation that the document has beyond those that this run applied; 0 for none. */
    long through(CollectionState collection, DocumentId id) {
        return knows ? appliedThrough(collection, id) : 0;
    }

    private synchronized long appliedThrough(CollectionState collection, DocumentId id) {
        return applied.getOrDefault(collection.number(), Map.of()).getOrDefault(id.hash(), 0L);
    }

    /** The document was set anew or deleted: what follows is to be applied to that. */
    void beginsAnew(CollectionState collection, DocumentId id) {
        if (knows) {
            removeApplied(collection, id);
        }
    }

    private synchronized void removeApplied(CollectionState collection, DocumentId id) {
        applied.getOrDefault(collection.number(), new HashMap<>()).remove(id.hash());
    }

    /** All operations that an earlier run can have applied have been met again. */
    synchronized void ended() {
        applied.clear();
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
