package io.tidemark.restore;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A target that needs two bits for each document: its documents are numbered, and each is as it was
 * inserted or as it was changed once. Any other document is refused.
 */
final class NumbersTarget extends MemoryRestoreTarget {
    private final BitSet there = new BitSet();
    private final BitSet changed = new BitSet();

    NumbersTarget(String address) {
        super(address);
    }

    static RawDocument document(int number, boolean changed) {
        return RawDocument.of(
                new RawDocumentBuilder(48)
                        .appendInt32("_id", number)
                        .appendInt32("v", changed ? number + 1 : number)
                        .build());
    }

    synchronized int size() {
        return there.cardinality();
    }

    @Override
    public synchronized void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        if (isOfMark(namespace)) {
            super.write(namespace, writes, displaced);
            return;
        }
        for (DocumentWrite write : writes) {
            int number = number(write.id());
            if (write instanceof DocumentWrite.Put put) {
                boolean change = !put.document().equals(document(number, false));
                if (change && !put.document().equals(document(number, true))) {
                    throw new IllegalStateException("never asked for: " + put.document());
                }
                if (put.isNew() && there.get(number)) {
                    throw new IllegalStateException("document " + number + " comes twice");
                }
                there.set(number);
                changed.set(number, change);
            } else {
                there.clear(number);
            }
        }
    }

    @Override
    public synchronized void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        if (isOfMark(namespace)) {
            super.find(namespace, ids, reader);
            return;
        }
        for (DocumentId id : ids) {
            int number = number(id);
            if (there.get(number)) {
                reader.accept(id, document(number, changed.get(number)));
            }
        }
    }

    @Override
    public synchronized void scan(Namespace namespace, Consumer<RawDocument> reader) {
        if (isOfMark(namespace)) {
            super.scan(namespace, reader);
            return;
        }
        there.stream().forEach(number -> reader.accept(document(number, changed.get(number))));
    }

    /** What the restore keeps for itself. */
    private static boolean isOfMark(Namespace namespace) {
        return namespace.database().equals(ReplayTarget.MARK_DATABASE);
    }

    private static int number(DocumentId id) {
        return (int) id.asDocument().first().orElseThrow().number().orElseThrow();
    }
}
