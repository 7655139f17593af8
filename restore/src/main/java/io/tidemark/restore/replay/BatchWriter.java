package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes one batch at a time of each lane: deletes, then puts, reading the documents that deltas
 * need on the way and applying the deltas to them. Deletes come first because ids that differ in
 * bytes may be equal to the server (1 and 1.0): the batch's end state never holds two such.
 */
final class BatchWriter {
    private static final int FIND_AT_ONCE = 5_000;

    private record Missing(CollectionState collection, DocumentId id) {}

    private final DocumentCache cache;
    private final long messageBytes;
    private final ClusterTime exactFrom;
    private final Problems problems;
    private final Set<CollectionState> updated = ConcurrentHashMap.newKeySet();
    private final Set<Missing> unrepaired = ConcurrentHashMap.newKeySet();

    /**
     * @param messageBytes documents are written when so many bytes of them are together, so that
     *     many small deltas of large documents need no more memory than anything else
     * @param exactFrom from here on the base is no longer fuzzy: updates find their documents
     */
    BatchWriter(DocumentCache cache, long messageBytes, ClusterTime exactFrom, Problems problems) {
        this.cache = cache;
        this.messageBytes = messageBytes;
        this.exactFrom = exactFrom;
        this.problems = problems;
    }

    void write(CollectionState collection, Lane.Batch batch) {
        Outgoing out = new Outgoing(collection);
        batch.documents().forEach((id, document) -> out.deleteIfGone(id, document));
        out.send();
        Set<DocumentId> unread = new LinkedHashSet<>();
        batch.documents()
                .forEach(
                        (id, document) -> {
                            if (!document.isKnown()) {
                                updated.add(collection);
                                cache.find(collection, id)
                                        .ifPresentOrElse(
                                                d -> document.resolve(Optional.of(d)),
                                                () -> unread.add(id));
                            }
                            if (document.isKnown()) {
                                out.putIfThere(id, document);
                            }
                        });
        read(collection, batch, unread, out);
        out.send();
    }

    /** For capped collections: one operation after the other. */
    void writeInOrder(CollectionState collection, List<DocumentWrite> writes) {
        collection.target().writeInOrder(collection.namespace(), writes);
    }

    /** Updates of the fuzzy interval whose document never came: the oplog lacks entries. */
    void reportUnrepaired() {
        unrepaired.removeIf(missing -> missing.collection().isDropped());
        unrepaired.forEach(
                missing ->
                        problems.add(
                                "Document "
                                        + missing.id()
                                        + " of "
                                        + missing.collection()
                                        + " was updated but neither base nor oplog hold it."));
    }

    /** Each document is changed and let go as it comes. */
    private void read(
            CollectionState collection, Lane.Batch batch, Set<DocumentId> unread, Outgoing out) {
        List<DocumentId> all = List.copyOf(unread);
        for (int i = 0; i < all.size(); i += FIND_AT_ONCE) {
            Set<DocumentId> some =
                    new LinkedHashSet<>(all.subList(i, Math.min(all.size(), i + FIND_AT_ONCE)));
            collection
                    .target()
                    .find(
                            collection.namespace(),
                            Set.copyOf(some),
                            (id, before) -> {
                                if (some.remove(id)) {
                                    out.put(id, batch.documents().remove(id), Optional.of(before));
                                }
                            });
            some.forEach(id -> out.put(id, batch.documents().remove(id), Optional.empty()));
        }
    }

    private void checkMissing(CollectionState collection, DocumentId id, PendingDocument document) {
        if (document.wasSet() && !unrepaired.isEmpty()) {
            unrepaired.remove(new Missing(collection, id));
        }
        Optional<ClusterTime> missingAt = document.missingAt();
        if (missingAt.isEmpty()) {
            return;
        }
        if (missingAt.get().isAfter(exactFrom)) {
            problems.add(
                    "Document "
                            + id
                            + " of "
                            + collection
                            + " was updated at "
                            + missingAt.get()
                            + " but does not exist there.");
        } else {
            unrepaired.add(new Missing(collection, id));
        }
    }

    /** What goes into the next message. One thread. */
    private final class Outgoing {
        private final CollectionState collection;
        private List<DocumentWrite> writes = new ArrayList<>();
        private long bytes;

        Outgoing(CollectionState collection) {
            this.collection = collection;
        }

        void deleteIfGone(DocumentId id, PendingDocument document) {
            if (document.isKnown() && document.state().isEmpty()) {
                checkMissing(collection, id, document);
                collection.expected().remove(id);
                cache.remove(collection, id);
                writes.add(new DocumentWrite.Delete(id));
            }
        }

        void put(DocumentId id, PendingDocument document, Optional<RawDocument> before) {
            document.resolve(before);
            putIfThere(id, document);
        }

        void putIfThere(DocumentId id, PendingDocument document) {
            if (document.state().isEmpty()) {
                return;
            }
            RawDocument state = document.state().get();
            checkMissing(collection, id, document);
            collection.expected().put(id, state);
            // Where only whole documents are written, nothing will ever be read from the cache.
            if (updated.contains(collection)) {
                cache.put(collection, id, state);
            }
            writes.add(new DocumentWrite.Put(id, state, document.isNew()));
            bytes += state.sizeBytes();
            if (bytes >= messageBytes) {
                send();
            }
        }

        void send() {
            if (!writes.isEmpty()) {
                WriteOutcome outcome = collection.target().write(collection.namespace(), writes);
                collection.expected().count(outcome);
                writes = new ArrayList<>();
                bytes = 0;
            }
        }
    }
}
