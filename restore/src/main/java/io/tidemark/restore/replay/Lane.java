package io.tidemark.restore.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * Operations on some documents of one collection, gathered until they are worth a message.
 * Operations on the same document are folded into one write. Owned by the replay's reading thread;
 * a batch that is taken is owned by the thread that writes it.
 */
final class Lane {
    private static final int OVERHEAD_BYTES = 100;

    /**
     * Operations folded by document, in the order of the first one of each.
     *
     * @param bytes raw bytes of the operations
     */
    record Batch(Map<DocumentId, PendingDocument> documents, long bytes) {}

    private final CollectionState collection;
    private Map<DocumentId, PendingDocument> documents = new LinkedHashMap<>();
    private int operations;
    private long bytes;
    private Future<?> underWay;

    Lane(CollectionState collection) {
        this.collection = collection;
    }

    CollectionState collection() {
        return collection;
    }

    /**
     * @param number of the operation
     * @param isNew whether it inserts what can't be in the target
     * @return the bytes by which what is gathered grew
     */
    long add(DocumentId id, Operation operation, long number, boolean isNew) {
        PendingDocument document = documents.get(id);
        if (document == null) {
            document = new PendingDocument(isNew);
            documents.put(id, document);
        }
        switch (operation.op()) {
            case "i" -> document.set(operation.o(), number);
            case "d" -> document.delete(number);
            default -> document.update(operation, number);
        }
        operations++;
        long grown = operation.o().sizeBytes() + OVERHEAD_BYTES;
        bytes += grown;
        return grown;
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
        Batch batch = new Batch(documents, bytes);
        documents = new LinkedHashMap<>();
        operations = 0;
        bytes = 0;
        return batch;
    }

    /** The write of the batch taken before, or null. */
    Future<?> underWay() {
        return underWay;
    }

    void underWay(Future<?> write) {
        underWay = write;
    }
}
