package io.tidemark.restore.replay;

import io.tidemark.restore.replay.update.OplogUpdate;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * Operations on one collection, gathered until they are worth a message. Operations on the same
 * document are folded into one write. Owned by the replay's reading thread; a batch that is taken
 * is owned by the thread that writes it.
 */
final class CollectionWrites {
    private static final int OVERHEAD_BYTES = 100;

    /** Operations folded by document, in the order of the first one of each. */
    record Batch(Map<DocumentId, PendingDocument> documents) {}

    private final CollectionState collection;
    private Map<DocumentId, PendingDocument> documents = new LinkedHashMap<>();
    private int operations;
    private long bytes;
    private Future<?> underWay;

    CollectionWrites(CollectionState collection) {
        this.collection = collection;
    }

    CollectionState collection() {
        return collection;
    }

    void add(Operation operation, ClusterTime at) {
        DocumentId id = DocumentId.of(operation.documentId());
        boolean insert = operation.op().equals("i");
        PendingDocument document =
                documents.computeIfAbsent(
                        id, i -> new PendingDocument(operation.documentId(), insert));
        switch (operation.op()) {
            case "i" -> document.set(operation.o());
            case "d" -> document.delete();
            default -> document.update(new OplogUpdate(operation.o()), at);
        }
        operations++;
        bytes += operation.o().sizeBytes() + OVERHEAD_BYTES;
    }

    boolean isEmpty() {
        return operations == 0;
    }

    int operations() {
        return operations;
    }

    long bytes() {
        return bytes;
    }

    Batch take() {
        Batch batch = new Batch(documents);
        discard();
        return batch;
    }

    void discard() {
        documents = new LinkedHashMap<>();
        operations = 0;
        bytes = 0;
    }

    /** The write of the batch taken before, or null. */
    Future<?> underWay() {
        return underWay;
    }

    void underWay(Future<?> write) {
        underWay = write;
    }

    static List<DocumentId> unknownOf(Batch batch) {
        List<DocumentId> unknown = new ArrayList<>();
        batch.documents()
                .forEach(
                        (id, document) -> {
                            if (!document.isKnown()) {
                                unknown.add(id);
                            }
                        });
        return unknown;
    }
}
