package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

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
        Set<DocumentId> unread = new LinkedHashSet<>();
        batch.documents()
                .forEach(
                        (id, document) -> {
                            if (document.isGone()) {
                                out.delete(id, document, unread);
                            }
                        });
        read(collection, unread, collection.expected()::take, id -> {});
        out.send();
        unread.clear();
        batch.documents()
                .forEach(
                        (id, document) -> {
                            if (!document.isGone()) {
                                put(collection, id, document, out, unread);
                            }
                        });
        read(
                collection,
                unread,
                (id, before) -> {
                    collection.expected().take(id, before);
                    out.put(id, batch.documents().remove(id), Optional.of(before));
                },
                id -> out.put(id, batch.documents().remove(id), Optional.empty()));
        out.send();
    }

    /** Writes what can be written without the document as the target holds it. */
    private void put(
            CollectionState collection,
            DocumentId id,
            PendingDocument document,
            Outgoing out,
            Set<DocumentId> unread) {
        if (document.isKnown()) {
            boolean replaces = collection.expected().takeRemembered(id);
            if (replaces || document.isNew()) {
                out.put(id, document, !replaces);
            } else {
                unread.add(id);
            }
            return;
        }
        updated.add(collection);
        Optional<RawDocument> before = cache.find(collection, id);
        if (before.isEmpty()) {
            unread.add(id);
        } else {
            if (!collection.expected().takeRemembered(id)) {
                collection.expected().take(id, before.get());
            }
            out.put(id, document, before);
        }
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

    /** Hands on each document as it comes. */
    private static void read(
            CollectionState collection,
            Set<DocumentId> ids,
            BiConsumer<DocumentId, RawDocument> there,
            Consumer<DocumentId> absent) {
        List<DocumentId> all = List.copyOf(ids);
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
                                    there.accept(id, before);
                                }
                            });
            some.forEach(absent);
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

        /**
         * @param unread takes the id if only the target knows what is deleted
         */
        void delete(DocumentId id, PendingDocument document, Set<DocumentId> unread) {
            checkMissing(collection, id, document);
            if (!collection.expected().takeRemembered(id)) {
                unread.add(id);
            }
            cache.remove(collection, id);
            writes.add(new DocumentWrite.Delete(id));
        }

        /** Over the document that the target holds, or none. */
        void put(DocumentId id, PendingDocument document, Optional<RawDocument> before) {
            document.resolve(before);
            put(id, document, false);
        }

        void put(DocumentId id, PendingDocument document, boolean isNew) {
            RawDocument state = document.state().orElseThrow();
            checkMissing(collection, id, document);
            collection.expected().add(id, state);
            // Where only whole documents are written, nothing will ever be read from the cache.
            if (updated.contains(collection)) {
                cache.put(collection, id, state);
            }
            writes.add(new DocumentWrite.Put(id, state, isNew));
            bytes += state.sizeBytes();
            if (bytes >= messageBytes) {
                send();
            }
        }

        void send() {
            if (!writes.isEmpty()) {
                collection
                        .target()
                        .write(collection.namespace(), writes, collection.expected()::displace);
                writes = new ArrayList<>();
                bytes = 0;
            }
        }
    }
}
