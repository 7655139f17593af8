package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Open transactions of the set, how they begin, and who must wait for them. */
final class TransactionTable {
    private final Engine engine;
    private final Set<Transaction> open = new LinkedHashSet<>();

    /** Transactions whose log entries a rollback might still cut, oldest first. */
    private final List<LoggedTransaction> logged = new ArrayList<>();

    TransactionTable(Engine engine) {
        this.engine = engine;
    }

    /** Begins the session's transaction of this number. */
    Transaction begin(TransactionId id) {
        SessionState session = engine.sessions.of(id.lsid());
        if (id.txnNumber() == session.txnNumber
                && (session.transaction == null || !isRestartable(session.transaction))) {
            throw new CommandFailure(
                    ErrorCode.Location51075,
                    "Cannot start a transaction at given transaction number "
                            + id.txnNumber()
                            + " a transaction with the same number is in state "
                            + (session.transaction == null
                                    ? "retryable write"
                                    : session.transaction.state));
        }
        if (session.transaction != null
                && session.transaction.isOpen()
                && id.txnNumber() > session.txnNumber
                && !session.transaction.isPrepared()) {
            end(session.transaction, Transaction.State.ABORTED);
        }
        engine.sessions.at(id);
        long at = engine.lastApplied().ts();
        Transaction begun =
                new Transaction(
                        session, id.txnNumber(), new ReadView(at, at), engine.clock.wallMillis());
        session.transaction = begun;
        open.add(begun);
        return begun;
    }

    private static boolean isRestartable(Transaction transaction) {
        return transaction.state == Transaction.State.ABORTED && transaction.chain.isEmpty();
    }

    /** The open transaction of this session and number. */
    Transaction current(TransactionId id) {
        SessionState session = engine.sessions.of(id.lsid());
        Transaction found = session.transaction;
        if (id.txnNumber() < session.txnNumber) {
            throw new CommandFailure(
                    ErrorCode.TransactionTooOld,
                    "Cannot continue transaction "
                            + id.txnNumber()
                            + " on session because a newer transaction "
                            + session.txnNumber
                            + " has already started on this session");
        }
        if (found == null || found.number != id.txnNumber()) {
            throw noSuchTransaction(id, "it was never started here");
        }
        if (found.state == Transaction.State.ABORTED) {
            throw noSuchTransaction(id, "it has been aborted");
        }
        return found;
    }

    static CommandFailure noSuchTransaction(TransactionId id, String reason) {
        return new CommandFailure(
                        ErrorCode.NoSuchTransaction,
                        "Given transaction number "
                                + id.txnNumber()
                                + " does not match any in-progress transactions: "
                                + reason)
                .labelled("TransientTransactionError");
    }

    /** Takes a transaction out of the way of others. */
    void end(Transaction transaction, Transaction.State outcome) {
        transaction.state = outcome;
        engine.locks.release(transaction);
        transaction.claims.forEach(claim -> claim.index().claimed.remove(claim.key(), transaction));
        open.remove(transaction);
    }

    /** Remembers where a transaction stands in the log, until no rollback can reach it. */
    void logged(Transaction transaction, Optime outcome) {
        long safe = engine.replication.commitPoint();
        logged.removeIf(
                known ->
                        known.transaction() == transaction
                                || !known.transaction().isPrepared() && known.lastTs() <= safe);
        List<Optime> chain = new ArrayList<>(transaction.chain);
        chain.remove(outcome);
        logged.add(new LoggedTransaction(transaction, chain, outcome));
    }

    List<LoggedTransaction> logged() {
        return List.copyOf(logged);
    }

    void forget(LoggedTransaction transaction) {
        logged.remove(transaction);
    }

    void reopen(Transaction transaction) {
        transaction.state = Transaction.State.PREPARED;
        open.add(transaction);
        transaction.written.forEach(
                (uuid, keys) ->
                        keys.keySet().forEach(key -> engine.locks.take(uuid, key, transaction)));
        transaction.claims.forEach(claim -> claim.index().claimed.put(claim.key(), transaction));
    }

    List<Transaction> open() {
        return List.copyOf(open);
    }

    /** Cluster time of the first entry of the oldest undecided prepared transaction. */
    long oldestOpenEntry() {
        long oldest = Long.MAX_VALUE;
        for (Transaction transaction : open) {
            if (!transaction.chain.isEmpty()) {
                oldest = Math.min(oldest, transaction.chain.get(0).ts());
            }
        }
        return oldest;
    }

    /** A direct write of a unique key that an open transaction claims waits for its outcome. */
    void waitForClaims(Change change) {
        if (open.isEmpty() || change.after() == null) {
            return;
        }
        while (isClaimed(change)) {
            engine.awaitProgress(1000);
        }
    }

    private boolean isClaimed(Change change) {
        for (UniqueIndex index : engine.uniqueIndexes.of(change.collection().uuid())) {
            for (List<BsonKey> key : index.keysOf(change.after())) {
                if (index.claimed.containsKey(key)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a read at a view must wait for a prepared transaction that wrote the collection. */
    boolean blocksRead(UUID collection, IdRange range, long readAt) {
        for (Transaction transaction : open) {
            if (transaction.isPrepared()
                    && transaction.preparedAt <= readAt
                    && transaction.written.containsKey(collection)
                    && touches(transaction, collection, range)) {
                return true;
            }
        }
        return false;
    }

    private static boolean touches(Transaction transaction, UUID collection, IdRange range) {
        var keys = transaction.written.get(collection);
        return range.points().isPresent()
                ? range.points().get().stream().anyMatch(keys::containsKey)
                : !range.of(keys).isEmpty();
    }
}
