package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes transactions to the log and makes them visible: one applyOps, a chain of partial ones, or
 * a prepare and its outcome. All calls need the set's write lock.
 */
final class TransactionLog {
    /**
     * Operations of one entry stay below the document limit; the rest is the entry's own fields.
     */
    private static final long MAX_OPERATIONS_BYTES = 16L * 1024 * 1024 - 8192;

    private final Engine engine;

    TransactionLog(Engine engine) {
        this.engine = engine;
    }

    /** Commits a transaction that was not prepared. */
    Optime commit(Transaction transaction) {
        requireState(transaction, Transaction.State.IN_PROGRESS);
        requireNamesFree(transaction);
        if (transaction.steps.isEmpty()) {
            engine.transactions.end(transaction, Transaction.State.COMMITTED);
            return engine.lastApplied();
        }
        logOperations(transaction, false);
        Optime last = transaction.lastEntry();
        install(transaction, last.ts(), last.ts());
        engine.transactions.end(transaction, Transaction.State.COMMITTED);
        engine.transactions.logged(transaction, null);
        endOfTransaction(transaction);
        return last;
    }

    /** Writes the prepare; its optime is what a commit timestamp is chosen from. */
    Optime prepare(Transaction transaction) {
        if (transaction.isPrepared()) {
            return transaction.lastEntry();
        }
        requireState(transaction, Transaction.State.IN_PROGRESS);
        requireNamesFree(transaction);
        logOperations(transaction, true);
        Optime prepared = transaction.lastEntry();
        transaction.state = Transaction.State.PREPARED;
        transaction.preparedAt = prepared.ts();
        engine.transactions.logged(transaction, null);
        return prepared;
    }

    Optime commitPrepared(Transaction transaction, long commitTimestamp) {
        requireState(transaction, Transaction.State.PREPARED);
        if (commitTimestamp < transaction.preparedAt) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "'commitTimestamp' must be greater than or equal to the 'prepareTimestamp'");
        }
        engine.clock.advance(commitTimestamp);
        RawBuilder o = new RawBuilder().int32("commitTransaction", 1);
        o.timestamp("commitTimestamp", commitTimestamp);
        Optime outcome = logOutcome(transaction, o.toBytes());
        install(transaction, commitTimestamp, outcome.ts());
        engine.transactions.end(transaction, Transaction.State.COMMITTED);
        engine.transactions.logged(transaction, outcome);
        endOfTransaction(transaction);
        return outcome;
    }

    Optime abort(Transaction transaction) {
        if (transaction.state == Transaction.State.COMMITTED) {
            throw new CommandFailure(
                    ErrorCode.TransactionCommitted, "Transaction has been committed");
        }
        Optime outcome = engine.lastApplied();
        if (transaction.isPrepared()) {
            outcome = logAbort(transaction);
            engine.transactions.end(transaction, Transaction.State.ABORTED);
            engine.transactions.logged(transaction, outcome);
        } else {
            engine.transactions.end(transaction, Transaction.State.ABORTED);
        }
        return outcome;
    }

    /** The entry that ends a prepared or half-logged transaction without effect. */
    Optime logAbort(Transaction transaction) {
        return logOutcome(transaction, new RawBuilder().int32("abortTransaction", 1).toBytes());
    }

    private static void requireState(Transaction transaction, Transaction.State wanted) {
        if (transaction.state != wanted) {
            throw new CommandFailure(
                    transaction.state == Transaction.State.COMMITTED
                            ? ErrorCode.TransactionCommitted
                            : ErrorCode.InvalidOptions,
                    "Transaction is " + transaction.state + ", not " + wanted);
        }
    }

    /** A collection created here must not have been created by someone else meanwhile. */
    private void requireNamesFree(Transaction transaction) {
        for (String namespace : transaction.created.keySet()) {
            if (engine.catalog.current().named(namespace) != null) {
                engine.transactions.end(transaction, Transaction.State.ABORTED);
                throw new CommandFailure(
                        ErrorCode.WriteConflict,
                        "Collection " + namespace + " was created by another operation");
            }
        }
    }

    private void logOperations(Transaction transaction, boolean prepare) {
        List<List<byte[]>> parts = parts(transaction);
        for (int i = 0; i < parts.size(); i++) {
            boolean isLast = i == parts.size() - 1;
            RawBuilder o = new RawBuilder(1024);
            o.startArray("applyOps");
            int index = 0;
            for (byte[] operation : parts.get(i)) {
                o.document(Integer.toString(index), operation);
                index++;
            }
            o.end();
            if (!isLast) {
                o.bool("partialTxn", true);
            }
            if (isLast && prepare) {
                o.bool("prepare", true);
            }
            if (isLast && i > 0) {
                o.int64("count", transaction.steps.size());
            }
            logOutcome(transaction, o.toBytes());
        }
    }

    private List<List<byte[]>> parts(Transaction transaction) {
        int most = engine.parameters.number("maxNumberOfTransactionOperationsInSingleOplogEntry");
        List<List<byte[]>> parts = new ArrayList<>();
        List<byte[]> part = new ArrayList<>();
        long bytes = 0;
        for (TransactionStep step : transaction.steps) {
            byte[] operation = engine.format.element(step.fields());
            boolean full = part.size() >= most || bytes + operation.length > MAX_OPERATIONS_BYTES;
            if (full && !part.isEmpty()) {
                parts.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(operation);
            bytes += operation.length;
        }
        parts.add(part);
        return parts;
    }

    private Optime logOutcome(Transaction transaction, byte[] o) {
        EntryFields fields = EntryFields.command("admin.$cmd", null, o);
        fields.lsid = transaction.session.lsidBytes;
        fields.txnNumber = transaction.number;
        fields.previous = transaction.lastEntry();
        Optime logged = engine.log(fields);
        transaction.chain.add(logged);
        transaction.session.wrote(logged, engine.clock.wallMillis());
        return logged;
    }

    private void install(Transaction transaction, long at, long applied) {
        for (TransactionStep step : transaction.steps) {
            if (step.change() != null) {
                engine.install(step.change(), at, applied);
            } else {
                engine.catalogue(step.collection(), at, applied);
            }
        }
    }

    /** From 8.0 a noop per collection tells change streams that the transaction is over. */
    private void endOfTransaction(Transaction transaction) {
        if (!engine.version().atLeast(ServerVersion.V8_0)) {
            return;
        }
        Set<String> namespaces = new TreeSet<>();
        for (TransactionStep step : transaction.steps) {
            if (step.change() != null) {
                namespaces.add(step.change().collection().namespace());
            }
        }
        for (String namespace : namespaces) {
            CollectionInfo info = engine.catalog.current().named(namespace);
            RawBuilder o = new RawBuilder().startDocument("msg");
            o.int32("endOfTransaction", 1).end();
            RawBuilder o2 = new RawBuilder().string("endOfTransaction", namespace);
            o2.document("lsid", transaction.session.lsidBytes);
            o2.int64("txnNumber", transaction.number);
            EntryFields fields = EntryFields.noop(o.toBytes()).o2(o2.toBytes());
            fields.ns = namespace;
            fields.ui = info == null ? null : info.uuid();
            fields.lsid = transaction.session.lsidBytes;
            fields.txnNumber = transaction.number;
            engine.log(fields);
        }
    }
}
