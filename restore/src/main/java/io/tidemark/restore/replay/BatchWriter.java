package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Writes one batch at a time of each collection: reads the documents that deltas need, applies the
 * deltas, deletes, then puts in parallel. Deletes come first because ids that differ in bytes may
 * be equal to the server (1 and 1.0): the batch's end state never holds two such.
 */
final class BatchWriter {
    private static final int FIND_AT_ONCE = 1_000;
    private static final int LEAST_PART = 500;

    private record Missing(CollectionState collection, DocumentId id) {}

    private final DocumentCache cache;
    private final ExecutorService writers;
    private final int parallel;
    private final ClusterTime exactFrom;
    private final Problems problems;
    private final Set<CollectionState> updated = ConcurrentHashMap.newKeySet();
    private final Set<Missing> unrepaired = ConcurrentHashMap.newKeySet();

    /**
     * @param exactFrom from here on the base is no longer fuzzy: updates find their documents
     */
    BatchWriter(
            DocumentCache cache,
            ExecutorService writers,
            int parallel,
            ClusterTime exactFrom,
            Problems problems) {
        this.cache = cache;
        this.writers = writers;
        this.parallel = parallel;
        this.exactFrom = exactFrom;
        this.problems = problems;
    }

    void write(CollectionState collection, CollectionWrites.Batch batch) {
        resolve(collection, batch);
        List<DocumentWrite> deletes = new ArrayList<>();
        List<DocumentWrite> puts = new ArrayList<>();
        batch.documents()
                .forEach(
                        (id, document) -> {
                            checkMissing(collection, id, document);
                            note(collection, id, document.state());
                            if (document.state().isPresent()) {
                                RawDocument state = document.state().get();
                                puts.add(new DocumentWrite.Put(id, state, document.isNew()));
                            } else {
                                deletes.add(new DocumentWrite.Delete(id));
                            }
                        });
        WriteOutcome outcome = collection.target().write(collection.namespace(), deletes);
        collection.expected().count(outcome.plus(putAll(collection, puts)));
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

    private void resolve(CollectionState collection, CollectionWrites.Batch batch) {
        Map<DocumentId, RawDocument> found = new HashMap<>();
        List<DocumentId> toRead = new ArrayList<>();
        List<DocumentId> unknown = CollectionWrites.unknownOf(batch);
        if (!unknown.isEmpty()) {
            updated.add(collection);
        }
        for (DocumentId id : unknown) {
            cache.find(collection, id).ifPresentOrElse(d -> found.put(id, d), () -> toRead.add(id));
        }
        List<Future<Map<DocumentId, RawDocument>>> running = new ArrayList<>();
        for (int i = 0; i < toRead.size(); i += FIND_AT_ONCE) {
            Set<DocumentId> some =
                    new HashSet<>(toRead.subList(i, Math.min(toRead.size(), i + FIND_AT_ONCE)));
            running.add(
                    writers.submit(() -> collection.target().find(collection.namespace(), some)));
        }
        running.forEach(read -> found.putAll(Futures.await(read)));
        unknown.forEach(
                id -> batch.documents().get(id).resolve(Optional.ofNullable(found.get(id))));
    }

    private void checkMissing(CollectionState collection, DocumentId id, PendingDocument document) {
        Missing missing = new Missing(collection, id);
        if (document.wasSet()) {
            unrepaired.remove(missing);
        }
        document.missingAt()
                .ifPresent(
                        at -> {
                            if (at.isAfter(exactFrom)) {
                                problems.add(
                                        "Document "
                                                + id
                                                + " of "
                                                + collection
                                                + " was updated at "
                                                + at
                                                + " but does not exist there.");
                            } else {
                                unrepaired.add(missing);
                            }
                        });
    }

    private void note(CollectionState collection, DocumentId id, Optional<RawDocument> state) {
        if (state.isPresent()) {
            collection.expected().put(id, state.get());
            // Where only whole documents are written, nothing will ever be read from the cache.
            if (updated.contains(collection)) {
                cache.put(collection, id, state.get());
            }
        } else {
            collection.expected().remove(id);
            cache.remove(collection, id);
        }
    }

    private WriteOutcome putAll(CollectionState collection, List<DocumentWrite> puts) {
        int parts = Math.max(1, Math.min(parallel, puts.size() / LEAST_PART));
        if (parts == 1) {
            return collection.target().write(collection.namespace(), puts);
        }
        List<Future<WriteOutcome>> running = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            List<DocumentWrite> part =
                    puts.subList(
                            (int) ((long) puts.size() * i / parts),
                            (int) ((long) puts.size() * (i + 1) / parts));
            running.add(
                    writers.submit(() -> collection.target().write(collection.namespace(), part)));
        }
        WriteOutcome all = WriteOutcome.NOTHING;
        for (Future<WriteOutcome> one : running) {
            all = all.plus(Futures.await(one));
        }
        return all;
    }
}
