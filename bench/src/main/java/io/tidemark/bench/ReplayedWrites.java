package io.tidemark.bench;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.restore.replay.update.OplogUpdate;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same writes that a replay makes of an oplog, one for each operation, with whole documents:
 * what somebody would send who knew beforehand what every update leaves.
 */
final class ReplayedWrites {
    /**
     * @param op i, u or d
     * @param document as it is afterwards; empty for a delete
     */
    record Write(String op, DocumentId id, Optional<RawDocument> document) {}

    private final Map<DocumentId, RawDocument> documents = new HashMap<>();
    private final List<Write> writes = new ArrayList<>();

    private ReplayedWrites() {}

    /** Of the documents of database {@code bench}, in order. */
    static List<Write> of(List<OplogEntry> oplog) {
        ReplayedWrites replayed = new ReplayedWrites();
        for (OplogEntry entry : oplog) {
            if (entry.shape() == EntryShape.TRANSACTION_WHOLE
                    || entry.shape() == EntryShape.BATCH
                    || entry.shape() == EntryShape.VECTORED_INSERT) {
                Operations.forEach(entry, replayed::add);
            } else {
                replayed.add(Operation.of(entry));
            }
        }
        return replayed.writes;
    }

    private void add(Operation operation) {
        if (!operation.ns().startsWith("bench.") || !"iud".contains(operation.op())) {
            return;
        }
        boolean update = operation.op().equals("u");
        RawDocument key = update ? operation.o2().orElseThrow() : operation.o();
        RawElement idField = key.find("_id").orElseThrow();
        DocumentId id = DocumentId.of(idField);
        Optional<RawDocument> before = Optional.ofNullable(documents.get(id));
        Optional<RawDocument> after =
                switch (operation.op()) {
                    case "i" -> Optional.of(operation.o());
                    case "u" ->
                            Optional.of(
                                    RawDocument.of(
                                            new OplogUpdate(operation.o()).apply(idField, before)));
                    default -> Optional.empty();
                };
        after.ifPresentOrElse(d -> documents.put(id, d), () -> documents.remove(id));
        writes.add(new Write(operation.op(), id, after));
    }
}
