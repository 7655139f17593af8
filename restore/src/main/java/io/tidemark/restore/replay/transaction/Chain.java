package io.tidemark.restore.replay.transaction;

import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The entries of one transaction on one replica set, from the first to the one that ends it. What
 * did not fit into memory is read again when it is applied.
 */
public final class Chain {
    private record Part(Optime optime, Optional<OplogEntry> kept) {}

    private final TransactionKey key;
    private final List<Part> parts = new ArrayList<>();
    private long operations;
    private long keptBytes;
    private boolean prepared;

    Chain(TransactionKey key) {
        this.key = key;
    }

    public TransactionKey key() {
        return key;
    }

    /** The last entry so far; of a prepared transaction the prepare. */
    public Optime last() {
        return parts.get(parts.size() - 1).optime();
    }

    public Optime first() {
        return parts.get(0).optime();
    }

    public long operationCount() {
        return operations;
    }

    /** True between prepare and outcome. */
    public boolean isPrepared() {
        return prepared;
    }

    /** Hands the operations to {@code reader}, in order. */
    public void forEachOperation(EntryLookup lookup, Consumer<Operation> reader) {
        for (Part part : parts) {
            OplogEntry entry =
                    part.kept().orElseGet(() -> lookup.entry(part.optime().clusterTime()));
            Operations.forEach(entry, reader);
        }
    }

    void add(OplogEntry entry, boolean keep) {
        parts.add(new Part(entry.optime(), keep ? Optional.of(entry) : Optional.empty()));
        operations += Operations.count(entry);
        keptBytes += keep ? entry.raw().sizeBytes() : 0;
    }

    void prepare() {
        prepared = true;
    }

    long keptBytes() {
        return keptBytes;
    }
}
