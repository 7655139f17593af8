package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreOptions;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gathers operations in lanes and has full ones written by other threads, one batch of a lane at a
 * time: so operations on a document take effect in order. What is gathered and what is under way
 * stay bounded; a target that falls behind makes the reader wait.
 */
final class WriteQueue implements AutoCloseable {
    private static final int BATCHES_GATHERED = 2;
    private static final int BATCHES_UNDER_WAY = 2;

    private final RestoreOptions options;
    private final ExecutorService writers;
    private final BatchWriter writer;
    private final ByteBudget underWay;
    private final Map<CollectionState, CollectionLanes> gathered = new LinkedHashMap<>();
    private final Map<CollectionState, List<DocumentWrite>> ordered = new LinkedHashMap<>();
    private final Map<CollectionState, CappedRepeat> repeated = new HashMap<>();
    private final ClusterTime exactFrom;
    private final Recovery recovery;
    private long bytes;
    private long operations;
    private long inOrderBytes;

    WriteQueue(ReplayStart start, RestoreOptions options, Problems problems, Recovery recovery) {
        this.options = options;
        this.exactFrom = start.exactFrom();
        this.recovery = recovery;
        this.writers = threads("restore-" + start.replicaSet() + "-write-", options.writers());
        this.underWay = new ByteBudget((long) BATCHES_UNDER_WAY * options.batchBytes());
        this.writer =
                new BatchWriter(
                        new DocumentCache(options.cacheBytes()),
                        options.batchBytes() / options.writers(),
                        start.exactFrom(),
                        problems,
                        recovery);
    }

    void add(CollectionState collection, Operation operation) {
        operations++;
        if (collection.isDoomed()) {
            return;
        }
        if (collection.isCapped()) {
            repeatOrAdd(collection, operation);
        } else {
            // An insert finds nothing in its place, unless the base holds what came after it.
            gather(collection, operation, operation.at().isAfter(exactFrom));
        }
    }

    private void gather(CollectionState collection, Operation operation, boolean exact) {
        CollectionLanes lanes = gathered.get(collection);
        if (lanes == null) {
            lanes = new CollectionLanes(collection, options.writers());
            gathered.put(collection, lanes);
        }
        DocumentId id = DocumentId.of(operation.documentId());
        Lane lane = lanes.of(id);
        boolean isNew = exact && operation.op().equals("i");
        bytes += lane.add(id, operation, operations, isNew);
        if (isFull(lane)) {
            send(lane);
            if (lanes.canWiden()) {
                awaitUnderWay(lane);
                lanes.widen();
            }
        } else if (bytes > (long) BATCHES_GATHERED * options.batchBytes()) {
            gathered.values().forEach(each -> each.all().forEach(this::send));
        }
    }

    private boolean isFull(Lane lane) {
        return lane.operations() >= Math.max(1, options.batchOperations() / options.writers())
                || lane.bytes() >= options.batchBytes() / options.writers();
    }

    /** A document of the base. */
    void load(CollectionState collection, RawDocument document) {
        if (!document.has("_id")) {
            throw new IllegalArgumentException(
                    "a document of collection " + collection + " in the base has no _id");
        }
        Operation insert =
                new Operation(
                        "i",
                        collection.namespace().toString(),
                        collection.uuid(),
                        document,
                        Optional.empty(),
                        ClusterTime.ZERO);
        if (collection.isCapped()) {
            addInOrder(collection, insert);
        } else {
            gather(collection, insert, true);
        }
    }

    /** Operations since the last checkpoint. */
    long operations() {
        return operations;
    }

    /** Bytes of operations on capped collections since the last checkpoint. */
    long inOrderBytes() {
        return inOrderBytes;
    }

    /** Everything is in the target, and a checkpoint says so: operations are counted anew. */
    void checkpointed() {
        operations = 0;
        inOrderBytes = 0;
    }

    /** What an earlier run may have done has been met again: what it has not done is done. */
    void endRepeats() {
        List.copyOf(repeated.keySet()).forEach(this::endRepeats);
    }

    private void endRepeats(CollectionState collection) {
        CappedRepeat repeat = repeated.remove(collection);
        if (repeat != null) {
            repeat.open().forEach(operation -> addInOrder(collection, operation));
        }
    }

    BatchWriter writer() {
        return writer;
    }

    /** Returns when everything gathered for the collection is in the target. */
    void await(CollectionState collection) {
        flushOrdered(collection);
        CollectionLanes lanes = gathered.get(collection);
        if (lanes != null) {
            lanes.all().forEach(this::send);
            lanes.all().forEach(WriteQueue::awaitUnderWay);
        }
    }

    void awaitAll() {
        List.copyOf(ordered.keySet()).forEach(this::flushOrdered);
        gathered.values().forEach(lanes -> lanes.all().forEach(this::send));
        gathered.values().forEach(lanes -> lanes.all().forEach(WriteQueue::awaitUnderWay));
    }

    /** What was gathered for a collection that goes away need not be written. */
    void discard(CollectionState collection) {
        repeated.remove(collection);
        ordered.remove(collection);
        CollectionLanes lanes = gathered.remove(collection);
        if (lanes != null) {
            lanes.all().forEach(lane -> bytes -= lane.bytes());
            lanes.all().forEach(WriteQueue::awaitUnderWay);
        }
    }

    void reportUnrepaired() {
        writer.reportUnrepaired();
    }

    @Override
    public void close() {
        writers.shutdownNow();
    }

    private void send(Lane lane) {
        if (lane.isEmpty()) {
            return;
        }
        awaitUnderWay(lane);
        bytes -= lane.bytes();
        Lane.Batch batch = lane.take();
        CollectionState collection = lane.collection();
        underWay.take(batch.bytes());
        lane.underWay(writers.submit(() -> write(collection, batch)));
    }

    private void write(CollectionState collection, Lane.Batch batch) {
        try {
            writer.write(collection, batch);
        } finally {
            underWay.give(batch.bytes());
        }
    }

    private static void awaitUnderWay(Lane lane) {
        Future<?> underWay = lane.underWay();
        if (underWay != null) {
            lane.underWay(null);
            Futures.await(underWay);
        }
    }

    private void repeatOrAdd(CollectionState collection, Operation operation) {
        inOrderBytes += operation.o().sizeBytes();
        if (recovery.repeats()) {
            repeated.computeIfAbsent(collection, CappedRepeat::new).add(operation);
        } else {
            addInOrder(collection, operation);
        }
    }

    private void addInOrder(CollectionState collection, Operation operation) {
        RawElement id = operation.documentId();
        DocumentId key = DocumentId.of(id);
        DocumentWrite write;
        switch (operation.op()) {
            case "i" -> write = new DocumentWrite.Put(key, operation.o(), true);
            case "d" -> write = new DocumentWrite.Delete(key);
            default -> {
                flushOrdered(collection);
                Optional<RawDocument> before =
                        collection.target().find(collection.namespace(), key);
                write = new DocumentWrite.Put(key, operation.appliedTo(before), false);
            }
        }
        List<DocumentWrite> writes = ordered.computeIfAbsent(collection, c -> new ArrayList<>());
        writes.add(write);
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
