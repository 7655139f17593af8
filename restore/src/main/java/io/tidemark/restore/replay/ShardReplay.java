package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.replay.content.DocumentHashes;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.EntryLookup;
import io.tidemark.restore.replay.transaction.Transactions;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.Optime;
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
    private final Recovery recovery;
    private final DocumentHashes written;
    private long entriesRead;
    private long entriesApplied;
    private boolean applied;

    /**
     * @param target for the data
     * @param metadata for what is adapted before it reaches a server
     * @param lookup reads entries of large transactions again
     * @param written remembers documents, for as many replica sets as share it
     * @param log is told what is written, so that another run can go on
     */
    public ShardReplay(
            ReplayStart start,
            ReplayTarget target,
            MemoryTarget metadata,
            EntryLookup lookup,
            RestoreOptions options,
            DocumentHashes written,
            WriteLog log) {
        this.start = start;
        this.recovery = new Recovery(log);
        this.written = written;
        this.lookup = lookup;
        this.transactions =
                new Transactions(
                        start.replicaSet(), start.knowsOpenFrom(), options.transactionBytes());
        this.collections = new Collections(start, target, metadata, written, log);
        this.queue = new WriteQueue(start, options, problems, recovery);
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
                new DocumentHashes(options.rememberedDocuments()),
                WriteLog.NONE);
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

    /**
     * A collection of the base begins again with no document: where their order matters, a part of
     * them can't be loaded twice.
     */
    public void startAgain(CollectionState collection) {
        collections.startAgain(collection);
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
        if (entry.clusterTime().isAfter(start.exactFrom())) {
            collections.requireNoneUnknown();
        }
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

    /**
     * Takes an entry again that was applied before the checkpoint: transactions that were open then
     * are put together from it. Nothing is written.
     */
    public void again(OplogEntry entry) {
        if (Transactions.concerns(entry.shape()) && !endsBeforeBase(entry)) {
            transactions.again(entry);
        }
    }

    /** Whether the entry makes a collection capped, which is not done again once it is done. */
    public static boolean convertsToCapped(OplogEntry entry) {
        return entry.shape() == EntryShape.DDL && entry.o().has("convertToCapped");
    }

    /** True while replay repeats what an earlier run may have done: it makes no checkpoint. */
    public boolean repeats() {
        return recovery.repeats();
    }

    /** Operations since the last checkpoint. */
    public long operations() {
        return queue.operations();
    }

    /** Bytes of operations on capped collections since the last checkpoint. */
    public long inOrderBytes() {
        return queue.inOrderBytes();
    }

    /** The first entry of the oldest transaction that is open. */
    public Optional<Optime> oldestOpen() {
        return transactions.oldestOpen();
    }

    /** Returns when everything is in the target, with what another run needs to go on here. */
    public ReplayState settle() {
        queue.endRepeats();
        queue.awaitAll();
        List<ReplayState.Unrepaired> unrepaired =
                queue.writer().unrepaired().stream()
                        .map(
                                m ->
                                        new ReplayState.Unrepaired(
                                                m.collection().number(), m.id().asDocument()))
                        .toList();
        return new ReplayState(
                entriesRead,
                entriesApplied,
                collections.created(),
                collections.saved(),
                List.copyOf(collections.dropped()),
                List.copyOf(collections.skipped()),
                List.copyOf(transactions.begunBefore()),
                transactions.openCount(),
                problems.list(),
                collections.unknown(),
                unrepaired);
    }

    /**
     * What {@link #settle} told is kept safe: what comes now is counted from there.
     *
     * @param repeated whether all that an earlier run may have done has been met again
     */
    public void checkpointed(boolean repeated) {
        if (recovery.repeats() && repeated) {
            collections.all().forEach(this::requireRepeated);
            recovery.ended();
        }
        queue.checkpointed();
    }

    /** A document that an earlier run wrote must have been met again by then. */
    private void requireRepeated(CollectionState collection) {
        int left = recovery.earlier().left(collection);
        if (left > 0) {
            problems.add(
                    Counted.of(left, "document")
                            + " of "
                            + collection
                            + " that the run that was cut off wrote came not again: the"
                            + " archive is not the same any more.");
        }
    }

    /**
     * Goes on from a checkpoint, before anything is applied.
     *
     * @param doomed numbers of collections that the target holds no more
     * @param earlier what was written behind the checkpoint
     */
    public void resume(ReplayState state, Set<Long> doomed, EarlierWrites earlier) {
        written.missedSome();
        entriesRead = state.entriesRead();
        entriesApplied = state.entriesApplied();
        collections.resume(state, doomed);
        transactions.resume(state.begunBefore());
        state.problems().forEach(problems::add);
        state.unrepaired()
                .forEach(
                        u ->
                                collections.all().stream()
                                        .filter(c -> c.number() == u.collection())
                                        .forEach(
                                                c ->
                                                        queue.writer()
                                                                .awaitRepair(
                                                                        c,
                                                                        DocumentId.ofDocument(
                                                                                u.id()))));
        recovery.repeat(earlier);
    }

    /** What an earlier run wrote and this one has not met yet. */
    public EarlierWrites earlier() {
        return recovery.earlier();
    }

    /** How many transactions have begun, not before replay, and have not ended. */
    public int openTransactions() {
        return transactions.openCount();
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
        queue.endRepeats();
        queue.awaitAll();
    }

    /** To be called once after the last entry: what can only be judged at the end. */
    public void finish() {
        queue.endRepeats();
        queue.awaitAll();
        queue.reportUnrepaired();
        collections.requireNoneUnknown();
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
