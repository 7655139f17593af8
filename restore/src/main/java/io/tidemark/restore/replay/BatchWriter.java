package io.tidemark.restore.replay;

import io.tidemark.restore.replay.content.ContentHash;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

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

    /** What is done with a document that the target holds. */
    private interface Found {
        void accept(DocumentId id, PendingDocument document, RawDocument held);
    }

    /** One batch on its way. One thread. */
    private final class Writing {
        private final CollectionState collection;
        private final Map<DocumentId, PendingDocument> documents;
        private final Map<DocumentId, EarlierWrites.Earlier> earlier = new HashMap<>();
        private final Map<DocumentId, PendingDocument> unread = new LinkedHashMap<>();
        private List<DocumentWrite> writes = new ArrayList<>();
        private List<WriteLog.DocumentChange> changes = new ArrayList<>();
        private long bytes;

        Writing(CollectionState collection, Map<DocumentId, PendingDocument> documents) {
            this.collection = collection;
            this.documents = documents;
        }

        void run() {
            forEach(PendingDocument::isGone, this::delete);
            readUnread(
                    (id, document, held) ->
                            change(id, collection.expected().take(id, held), 0, document),
                    this::deletedNothing);
            send();
            forEach(document -> !document.isGone(), this::put);
            readUnread(
                    (id, document, held) -> putOver(id, document, Optional.of(held)),
                    (id, document) -> putOver(id, document, Optional.empty()));
            send();
        }

        /** Each is let go as it is handed on, so that what it becomes is not held for longer. */
        private void forEach(
                Predicate<PendingDocument> which, BiConsumer<DocumentId, PendingDocument> work) {
            for (Map.Entry<DocumentId, PendingDocument> each : documents.entrySet()) {
                PendingDocument document = each.getValue();
                if (document != null && which.test(document)) {
                    each.setValue(null);
                    work.accept(each.getKey(), document);
                }
            }
        }

        /** Reads what is to be read, and hands on each document as it comes. */
        private void readUnread(Found there, BiConsumer<DocumentId, PendingDocument> absent) {
            var rest = unread.entrySet().iterator();
            while (rest.hasNext()) {
                Map<DocumentId, PendingDocument> asked = new LinkedHashMap<>();
                while (rest.hasNext() && asked.size() < FIND_AT_ONCE) {
                    Map.Entry<DocumentId, PendingDocument> each = rest.next();
                    asked.put(each.getKey(), each.getValue());
                    rest.remove();
                }
                read(asked, there);
                asked.forEach(
                        (id, document) -> {
                            if (document != null) {
                                absent.accept(id, document);
                            }
                        });
            }
        }

        /** Found ones become null in {@code asked}: one that comes twice counts once. */
        private void read(Map<DocumentId, PendingDocument> asked, Found there) {
            collection
                    .target()
                    .find(
                            collection.namespace(),
                            asked.keySet(),
                            (id, held) -> {
                                PendingDocument document = asked.replace(id, null);
                                if (document != null) {
                                    there.accept(id, document, held);
                                }
                            });
        }

        private void delete(DocumentId id, PendingDocument document) {
            checkMissing(collection, id, document);
            recovery.earlier().beginsAnew(collection, id);
            Optional<EarlierWrites.Earlier> known = recovery.earlier().take(collection, id);
            if (known.isPresent()) {
                change(id, forget(known.get(), document), 0, document);
            } else {
                long before = collection.expected().takeRemembered(id);
                // What an earlier run has inserted is in the target, and was never counted.
                boolean uncounted = document.isNew() && recovery.repeats();
                if (before != 0) {
                    change(id, before, 0, document);
                } else if (!uncounted && !collection.expected().remembersAll()) {
                    unread.put(id, document);
                } else {
                    deletedNothing(id, document);
                }
            }
            cache.remove(collection, id);
            writes.add(new DocumentWrite.Delete(id));
        }

        /**
         * A delete that a fuzzy base has in it already. It is told too: a document of that id which
         * is inserted next, and not told, would else be taken for the one that it was to delete.
         */
        private void deletedNothing(DocumentId id, PendingDocument document) {
            if (!document.isNew()) {
                change(id, 0, 0, document);
            }
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
                    unread.put(id, document);
                }
            }
        }

        private void update(DocumentId id, PendingDocument document) {
            updated.add(collection);
            Optional<RawDocument> held = cache.find(collection, id);
            if (held.isEmpty() || earlier.containsKey(id)) {
                unread.put(id, document);
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
