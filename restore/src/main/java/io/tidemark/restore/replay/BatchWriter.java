package io.tidemark.restore.replay;

import io.tidemark.restore.replay.content.ContentHash;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

    /** A delta met no document. */
    record Missing(CollectionState collection, DocumentId id) {}

    private final DocumentCache cache;
    private final long messageBytes;
    private final ClusterTime exactFrom;
    private final Problems problems;
    private final Recovery recovery;
    private final Set<CollectionState> updated = ConcurrentHashMap.newKeySet();
    private final Set<Missing> unrepaired = ConcurrentHashMap.newKeySet();

    /**
     * @param messageBytes documents are written when so many bytes of them are together, so that
     *     many small deltas of large documents need no more memory than anything else
     * @param exactFrom from here on the base is no longer fuzzy: updates find their documents
     */
    BatchWriter(
            DocumentCache cache,
            long messageBytes,
            ClusterTime exactFrom,
            Problems problems,
            Recovery recovery) {
        this.cache = cache;
        this.messageBytes = messageBytes;
        this.exactFrom = exactFrom;
        this.problems = problems;
        this.recovery = recovery;
    }

    void write(CollectionState collection, Lane.Batch batch) {
        new Writing(collection, batch.documents()).run();
    }

    /** For capped collections: one operation after the other. */
    void writeInOrder(CollectionState collection, List<DocumentWrite> writes) {
        collection.target().writeInOrder(collection.namespace(), writes);
    }

    /** Updates of the fuzzy interval whose document never came: the oplog lacks entries. */
    void reportUnrepaired() {
        unrepaired()
                .forEach(
                        missing ->
                                problems.add(
                                        "Document "
                                                + missing.id()
                                                + " of "
                                                + missing.collection()
                                                + " was updated but neither base nor oplog hold"
                                                + " it."));
    }

    /** An earlier run met no document. */
    void awaitRepair(CollectionState collection, DocumentId id) {
        unrepaired.add(new Missing(collection, id));
    }

    /** Those of the collections that still exist. */
    Set<Missing> unrepaired() {
        unrepaired.removeIf(missing -> missing.collection().isDropped());
        return unrepaired;
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

    /** One batch on its way. One thread. */
    private final class Writing {
        private final CollectionState collection;
        private final Map<DocumentId, PendingDocument> documents;
        private final Map<DocumentId, EarlierWrites.Earlier> earlier = new HashMap<>();
        private final Set<DocumentId> unread = new LinkedHashSet<>();
        private List<DocumentWrite> writes = new ArrayList<>();
        private List<WriteLog.DocumentChange> changes = new ArrayList<>();
        private long bytes;

        Writing(CollectionState collection, Map<DocumentId, PendingDocument> documents) {
            this.collection = collection;
            this.documents = documents;
        }

        void run() {
            documents.forEach(
                    (id, document) -> {
                        if (document.isGone()) {
                            delete(id, document);
                        }
                    });
            read(
                    collection,
                    unread,
                    (id, held) -> deleted(id, collection.expected().take(id, held)),
                    this::deletedNothing);
            send();
            unread.clear();
            documents.forEach(
                    (id, document) -> {
                        if (!document.isGone()) {
                            put(id, document);
                        }
                    });
            read(
                    collection,
                    unread,
                    (id, held) -> putOver(id, documents.remove(id), Optional.of(held)),
                    id -> putOver(id, documents.remove(id), Optional.empty()));
            send();
        }

        private void delete(DocumentId id, PendingDocument document) {
            checkMissing(collection, id, document);
            recovery.earlier().beginsAnew(collection, id);
            Optional<EarlierWrites.Earlier> known = recovery.earlier().take(collection, id);
            if (known.isPresent()) {
                deleted(id, forget(known.get(), document));
            } else {
                long before = collection.expected().takeRemembered(id);
                // What an earlier run has inserted is in the target, and was never counted.
                boolean uncounted = document.isNew() && recovery.repeats();
                if (before != 0) {
                    deleted(id, before);
                } else if (!uncounted && !collection.expected().remembersAll()) {
                    unread.add(id);
                } else {
                    deletedNothing(id);
                }
            }
            cache.remove(collection, id);
            writes.add(new DocumentWrite.Delete(id));
        }

        /**
         * A delete that a fuzzy base has in it already. It is told too: a document of that id which
         * is inserted next, and not told, would else be taken for the one that it was to delete.
         */
        private void deletedNothing(DocumentId id) {
            if (!documents.get(id).isNew()) {
                deleted(id, 0);
            }
        }

        private void deleted(DocumentId id, long before) {
            change(id, before, 0);
        }

        /** Writes what can be written without the document as the target holds it. */
        private void put(DocumentId id, PendingDocument document) {
            Optional<EarlierWrites.Earlier> known = recovery.earlier().take(collection, id);
            if (!document.isKnown()) {
                known.ifPresent(e -> earlier.put(id, e));
                update(id, document);
                return;
            }
            recovery.earlier().beginsAnew(collection, id);
            if (known.isPresent()) {
                put(id, document, forget(known.get(), document), false);
            } else {
                long before = collection.expected().takeRemembered(id);
                boolean absent = document.isNew() || collection.expected().remembersAll();
                if (before != 0 || absent) {
                    put(id, document, before, before == 0);
                } else {
                    unread.add(id);
                }
            }
        }

        private void update(DocumentId id, PendingDocument document) {
            updated.add(collection);
            Optional<RawDocument> held = cache.find(collection, id);
            if (held.isEmpty() || earlier.containsKey(id)) {
                unread.add(id);
                return;
            }
            long before = collection.expected().takeRemembered(id);
            if (before == 0) {
                before = collection.expected().take(id, held.get());
            }
            document.resolve(held, recovery.earlier().through(collection, id));
            put(id, document, before, false);
        }

        /** What the target holds, or none, is what the deltas are about. */
        private void putOver(DocumentId id, PendingDocument document, Optional<RawDocument> held) {
            EarlierWrites.Earlier known = earlier.get(id);
            if (known == null) {
                long before = held.map(h -> collection.expected().take(id, h)).orElse(0L);
                document.resolve(held, recovery.earlier().through(collection, id));
                putIfThere(id, document, before);
                return;
            }
            collection.expected().take(known.before());
            OptionalLong through =
                    known.appliedThrough(held.map(h -> ContentHash.of(h).low()).orElse(0L));
            if (through.isEmpty()) {
                problems.add(
                        "Document "
                                + id
                                + " of "
                                + collection
                                + " is neither as the restore left it that was cut off, nor as it"
                                + " was before: does somebody write to the target?");
            }
            through.ifPresent(last -> recovery.earlier().hasThrough(collection, id, last));
            document.resolve(held, through.orElse(0));
            putIfThere(id, document, known.before());
        }

        /** What an earlier run deleted after these deltas is gone, and its delete will come. */
        private void putIfThere(DocumentId id, PendingDocument document, long before) {
            if (!document.isGone()) {
                put(id, document, before, false);
            }
        }

        /**
         * The hash that a document had at the checkpoint, which is counted no more. What begins
         * with an insert was not there then, whatever an earlier run has made of it since.
         */
        private long forget(EarlierWrites.Earlier known, PendingDocument document) {
            if (document.isNew()) {
                return 0;
            }
            collection.expected().take(known.before());
            return known.before();
        }

        private void put(DocumentId id, PendingDocument document, long before, boolean isNew) {
            RawDocument state = document.state().orElseThrow();
            checkMissing(collection, id, document);
            long after = collection.expected().add(id, state);
            if (before != 0 || !document.isNew()) {
                change(id, before, after, document);
            }
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

        private void change(DocumentId id, long before, long after) {
            change(id, before, after, documents.get(id));
        }

        private void change(DocumentId id, long before, long after, PendingDocument document) {
            changes.add(
                    new WriteLog.DocumentChange(
                            id.hash(), before, after, document.lastOperation()));
        }

        private void send() {
            if (writes.isEmpty()) {
                return;
            }
            if (!changes.isEmpty()) {
                recovery.log().documents(collection.number(), changes);
                changes = new ArrayList<>();
            }
            collection.target().write(collection.namespace(), writes, this::displaced);
            writes = new ArrayList<>();
            bytes = 0;
        }

        private void displaced(DocumentId id, RawDocument held) {
            // What a run wrote that was cut off was never counted here.
            if (!recovery.repeats()) {
                collection.expected().displace(id, held);
            }
        }
    }
}
