package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.replay.update.OplogUpdate;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gathers operations per collection and has full batches written by other threads, one batch of a
 * collection at a time: so operations on a document take effect in order, and what is gathered
 * stays bounded.
 */
final class WriteQueue implements AutoCloseable {
    private static final int BATCHES_GATHERED = 4;

    private final RestoreOptions options;
    private final ExecutorService batches;
    private final ExecutorService writers;
    private final BatchWriter writer;
    private final Map<CollectionState, CollectionWrites> gathered = new LinkedHashMap<>();
    private final Map<CollectionState, List<DocumentWrite>> ordered = new LinkedHashMap<>();
    private long bytes;

    WriteQueue(ReplayStart start, RestoreOptions options, Problems problems) {
        this.options = options;
        String name = "restore-" + start.replicaSet();
        this.batches = threads(name + "-batch-", options.writers());
        this.writers = threads(name + "-write-", options.writers());
        this.writer =
                new BatchWriter(
                        new DocumentCache(options.cacheBytes()),
                        writers,
                        options.writers(),
                        start.exactFrom(),
                        problems);
    }

    void add(CollectionState collection, Operation operation) {
        if (collection.isCapped()) {
            addInOrder(collection, operation);
            return;
        }
        CollectionWrites writes = gathered.computeIfAbsent(collection, CollectionWrites::new);
        long before = writes.bytes();
        writes.add(operation, operation.at());
        bytes += writes.bytes() - before;
        boolean full =
                writes.operations() >= options.batchOperations()
                        || writes.bytes() >= options.batchBytes();
        if (full) {
            send(writes);
        } else if (bytes > (long) BATCHES_GATHERED * options.batchBytes()) {
            List.copyOf(gathered.values()).forEach(this::send);
        }
    }

    /** A document of the base. */
    void load(CollectionState collection, RawDocument document) {
        RawElement id = document.find("_id").orElse(null);
        if (id == null) {
            throw new IllegalArgumentException(
                    "a document of collection " + collection + " in the base has no _id");
        }
        add(
                collection,
                new Operation(
                        "i",
                        collection.namespace().toString(),
                        collection.uuid(),
                        document,
                        Optional.empty(),
                        io.tidemark.schemas.model.ClusterTime.ZERO));
    }

    /** Returns when everything gathered for the collection is in the target. */
    void await(CollectionState collection) {
        flushOrdered(collection);
        CollectionWrites writes = gathered.get(collection);
        if (writes != null) {
            send(writes);
            awaitUnderWay(writes);
        }
    }

    void awaitAll() {
        List.copyOf(ordered.keySet()).forEach(this::flushOrdered);
        List<CollectionWrites> all = List.copyOf(gathered.values());
        all.forEach(this::send);
        all.forEach(this::awaitUnderWay);
    }

    /** What was gathered for a collection that goes away need not be written. */
    void discard(CollectionState collection) {
        ordered.remove(collection);
        CollectionWrites writes = gathered.remove(collection);
        if (writes != null) {
            bytes -= writes.bytes();
            awaitUnderWay(writes);
        }
    }

    void reportUnrepaired() {
        writer.reportUnrepaired();
    }

    @Override
    public void close() {
        batches.shutdownNow();
        writers.shutdownNow();
    }

    private void send(CollectionWrites writes) {
        if (writes.isEmpty()) {
            return;
        }
        awaitUnderWay(writes);
        bytes -= writes.bytes();
        CollectionWrites.Batch batch = writes.take();
        CollectionState collection = writes.collection();
        writes.underWay(batches.submit(() -> writer.write(collection, batch)));
    }

    private void awaitUnderWay(CollectionWrites writes) {
        Future<?> underWay = writes.underWay();
        if (underWay != null) {
            writes.underWay(null);
            Futures.await(underWay);
        }
    }

    private void addInOrder(CollectionState collection, Operation operation) {
        List<DocumentWrite> writes = ordered.computeIfAbsent(collection, c -> new ArrayList<>());
        RawElement id = operation.documentId();
        DocumentId key = DocumentId.of(id);
        switch (operation.op()) {
            case "i" -> writes.add(new DocumentWrite.Put(key, operation.o(), true));
            case "d" -> writes.add(new DocumentWrite.Delete(key));
            default -> {
                flushOrdered(collection);
                Optional<RawDocument> before =
                        Optional.ofNullable(
                                collection
                                        .target()
                                        .find(collection.namespace(), List.of(key))
                                        .get(key));
                byte[] after = new OplogUpdate(operation.o()).apply(id, before);
                DocumentWrite put = new DocumentWrite.Put(key, RawDocument.of(after), false);
                ordered.computeIfAbsent(collection, c -> new ArrayList<>()).add(put);
            }
        }
        if (writes.size() >= options.batchOperations()) {
            flushOrdered(collection);
        }
    }

    private void flushOrdered(CollectionState collection) {
        List<DocumentWrite> writes = ordered.remove(collection);
        if (writes != null) {
            writer.writeInOrder(collection, writes);
        }
    }

    private static ExecutorService threads(String name, int count) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(
                count,
                work -> {
                    Thread thread = new Thread(work, name + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
