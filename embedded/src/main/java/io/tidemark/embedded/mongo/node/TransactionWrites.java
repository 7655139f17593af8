package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;

/** Writes inside a multi-document transaction: kept aside until it commits. */
final class TransactionWrites implements ChangeSink {
    private final Engine engine;
    private final Transaction transaction;

    TransactionWrites(Engine engine, Transaction transaction) {
        this.engine = engine;
        this.transaction = transaction;
    }

    @Override
    public CollectionInfo collection(String namespace) {
        CollectionInfo own = transaction.created.get(namespace);
        return own != null ? own : engine.catalog.current().named(namespace);
    }

    @Override
    public DocumentSource source(CollectionInfo collection) {
        boolean mine = transaction.created.containsKey(collection.namespace());
        DocumentSource base =
                mine
                        ? DocumentSource.NOTHING
                        : new DocumentSource.Committed(
                                engine.data.of(collection), transaction.view);
        TreeMap<IdKey, byte[]> own = transaction.written.get(collection.uuid());
        return own == null ? base : new DocumentSource.Overlaid(base, own);
    }

    @Override
    public CollectionInfo createImplicitly(String namespace) {
        return new Creation(engine).createIn(transaction, namespace, new BsonDocument());
    }

    @Override
    public void reserve(CollectionInfo collection, IdKey key) {
        Transaction owner = engine.locks.owner(collection.uuid(), key);
        while (owner != null && owner != transaction && owner.isPrepared()) {
            long term = engine.term();
            engine.awaitProgress(1000);
            engine.requireTerm(term);
            owner = engine.locks.owner(collection.uuid(), key);
        }
        if (owner != null && owner != transaction) {
            throw conflict();
        }
        if (transaction.created.containsKey(collection.namespace())) {
            return;
        }
        boolean changedSince =
                engine.data.of(collection).changedAt(key) > transaction.view.applied();
        if (owner == null && changedSince) {
            throw conflict();
        }
    }

    private static CommandFailure conflict() {
        return new CommandFailure(
                ErrorCode.WriteConflict,
                "WriteConflict error: this operation conflicted with another operation. Please"
                        + " retry your operation or multi-document transaction.");
    }

    @Override
    public void add(Change change) {
        claim(change);
        engine.locks.take(change.collection().uuid(), change.key(), transaction);
        transaction.add(change);
    }

    /** Unique keys are held back from others until the outcome is known. */
    private void claim(Change change) {
        if (change.after() == null) {
            return;
        }
        for (UniqueIndex index : engine.uniqueIndexes.of(change.collection().uuid())) {
            Set<List<BsonKey>> wanted = index.keysOf(change.after());
            for (List<BsonKey> key : wanted) {
                requireFree(index, key, change);
                index.claimed.put(key, transaction);
                transaction.claims.add(new UniqueIndex.Claim(index, key, change.key()));
            }
        }
    }

    private void requireFree(UniqueIndex index, List<BsonKey> key, Change change) {
        Transaction claimant = index.claimed.get(key);
        if (claimant != null && claimant != transaction) {
            throw conflict();
        }
        boolean takenHere =
                transaction.claims.stream()
                        .anyMatch(
                                claim ->
                                        claim.index() == index
                                                && claim.key().equals(key)
                                                && !claim.holder().equals(change.key())
                                                && stillHolds(change, claim.holder(), index, key));
        IdKey holder = index.holder(key);
        boolean takenBefore =
                holder != null
                        && !holder.equals(change.key())
                        && stillHolds(change, holder, index, key);
        if (takenHere || takenBefore) {
            throw index.duplicate(change.collection().namespace(), key);
        }
    }

    private boolean stillHolds(Change change, IdKey holder, UniqueIndex index, List<BsonKey> key) {
        Map<IdKey, byte[]> own = transaction.written.get(change.collection().uuid());
        if (own == null || !own.containsKey(holder)) {
            return true;
        }
        return index.keysOf(own.get(holder)).contains(key);
    }

    @Override
    public void flush() {}

    @Override
    public SessionState.Executed executed(int statement) {
        return null;
    }

    @Override
    public void remember(int statement, BsonDocument reply) {}

    @Override
    public Optime last() {
        return engine.lastApplied();
    }
}
