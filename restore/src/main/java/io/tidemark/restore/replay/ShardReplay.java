package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.EntryLookup;
import io.tidemark.restore.replay.transaction.Transactions;
import io.tidemark.restore.verify.DocumentHashes;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Replays one replica set's oplog onto a target, entry by entry, in order. One owner thread; writes
 * are under way in others until {@link #await}.
 */
public final class ShardReplay implements AutoCloseable {
    /** Written by servers for themselves: storage-level bookkeeping without user data. */
    private static final Set<String> BOOKKEEPING = Set.of("ci", "cu", "cd", "km");

    private final ReplayStart start;
    private final EntryLookup lookup;
    private final Problems problems = new Problems();
    private final Transactions transactions;
    private final Collections collections;
    private final WriteQueue queue;
    private final DdlReplay ddl;
    private long entriesRead;
    private long entriesApplied;
    private boolean applied;

    /**
     * @param target for the data
     * @param metadata for what is adapted before it reaches a server
     * @param lookup reads entries of large transactions again
     * @param written remembers documents, for as many replica sets as share it
     */
    public ShardReplay(
            ReplayStart start,
            ReplayTarget target,
            MemoryTarget metadata,
            EntryLookup lookup,
            RestoreOptions options,
            DocumentHashes written) {
        this.start = start;
        this.lookup = lookup;
        this.transactions =
                new Transactions(
                        start.replicaSet(), start.knowsOpenFrom(), options.transactionBytes());
        this.collections = new Collections(start, target, metadata, written);
        this.queue = new WriteQueue(start, options, problems);
        this.ddl = new DdlReplay(start, collections, queue);
    }

    /** As above, with a memory of its own. */
    public ShardReplay(
            ReplayStart start,
            ReplayTarget target,
            MemoryTarget metadata,
            EntryLookup lookup,
            RestoreOptions options) {
        this(
                start,
                target,
                metadata,
                lookup,
                options,
                new DocumentHashes(options.rememberedDocuments()));
    }

    /**
     * A collection of the base; its documents come through {@link #loadInto}.
     *
     * @param uuid if the base knows it
     * @param guess the UUID that others tell; the first entry that knows better corrects it
     */
    public CollectionState addBase(
            Namespace namespace,
            Optional<UUID> uuid,
            Optional<UUID> guess,
            RawDocument options,
            List<RawDocument> indexes) {
        CollectionState collection = collections.addBase(namespace, uuid, guess, options);
        indexes.forEach(collection.indexes()::add);
        return collection;
    }

    /** A collection that is in the target already, documents and all. */
    public CollectionState adopt(
            Namespace namespace,
            Optional<UUID> uuid,
            RawDocument options,
            List<RawDocument> indexes) {
        CollectionState collection = collections.adopt(namespace, uuid, options);
        indexes.forEach(collection.indexes()::add);
        return collection;
    }

    /** The collection that has this name now. */
    public Optional<CollectionState> named(Namespace namespace) {
        return collections.named(namespace);
    }

    /** Documents of the base, in stored order. */
    public void loadInto(CollectionState collection, RawDocument document) {
        queue.load(collection, document);
    }

    /** What the rules say about a namespace of the base. */
    public NamespaceRules.Route routeOf(Namespace namespace) {
        return start.rules().of(namespace);
    }

    /**
     * Applies the next entry.
     *
     * @throws RestoreException.ArchiveDamaged if it can't be replayed
     */
    public void apply(OplogEntry entry) {
        entriesRead++;
        applied = false;
        if (endsBeforeBase(entry)) {
            return;
        }
        if (Transactions.concerns(entry.shape())) {
            transactions.accept(entry).ifPresent(this::applyChain);
        } else {
            applyAlone(entry);
        }
        entriesApplied += applied ? 1 : 0;
    }

    /** Applies a transaction that was decided after the restored time. */
    public void applyChain(Chain chain) {
        chain.forEachOperation(lookup, this::apply);
    }

    /** Transactions prepared so far without outcome. */
    public List<Chain> undecided() {
        return transactions.prepared();
    }

    /** Returns when everything applied so far is in the target. */
    public void await() {
        queue.awaitAll();
    }

    /** To be called once after the last entry: what can only be judged at the end. */
    public void finish() {
        queue.awaitAll();
        queue.reportUnrepaired();
        collections.dropLeftovers(problems);
    }

    public Collection<CollectionState> collections() {
        return collections.all();
    }

    public Problems problems() {
        return problems;
    }

    /** Namespaces that entries wrote to and that are not restored. */
    public Collection<Namespace> skipped() {
        return collections.skipped();
    }

    public long entriesRead() {
        return entriesRead;
    }

    public long entriesApplied() {
        return entriesApplied;
    }

    /** Ends the threads; writes that are still under way are given up. */
    @Override
    public void close() {
        queue.close();
    }

    /**
     * Bases begin with the newest entry that their server had: where that one ends a transaction,
     * the transaction's other entries come before, and the base holds all of it.
     */
    private boolean endsBeforeBase(OplogEntry entry) {
        boolean end =
                entry.shape() == EntryShape.COMMIT || entry.shape() == EntryShape.TRANSACTION_END;
        return end && entry.clusterTime().equals(start.from());
    }

    private void applyAlone(OplogEntry entry) {
        switch (entry.shape()) {
            case INSERT, UPDATE, DELETE, DDL -> apply(Operation.of(entry));
            case BATCH, VECTORED_INSERT -> Operations.forEach(entry, this::apply);
            case UNKNOWN -> refuseUnknown(entry);
            default -> {
                // A noop carries facts, no data.
            }
        }
    }

    private void apply(Operation operation) {
        if (operation.isCrud()) {
            applied |= applyCrud(operation);
        } else if (operation.isCommand()) {
            applied |= ddl.apply(operation);
        }
    }

    private boolean applyCrud(Operation operation) {
        Optional<CollectionState> collection = collections.route(operation);
        collection.ifPresent(c -> queue.add(c, operation));
        return collection.isPresent() || ddl.applyOldIndex(operation);
    }

    private void refuseUnknown(OplogEntry entry) {
        if (!BOOKKEEPING.contains(entry.op())) {
            throw new RestoreException.ArchiveDamaged(
                    "Entry "
                            + entry.optime()
                            + " of replica set "
                            + start.replicaSet()
                            + " has the operation kind '"
                            + entry.op()
                            + "', which this version of Tidemark can't replay. Restore to a time"
                            + " before it, or use a newer version.");
        }
    }
}
