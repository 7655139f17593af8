package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;

/**
 * What the set remembers of one logical session: its newest transaction number, the chain of its
 * entries, and which statements of a retryable write are done. Guarded by the set's write lock.
 */
final class SessionState {
    /**
     * A statement that was executed.
     *
     * @param reply what a repeated findAndModify or update answers, or null
     */
    record Executed(Optime optime, BsonDocument reply) {}

    /** More than a rollback in a test will ever take back. */
    private static final int REMEMBERED_WRITES = 1024;

    private record Write(long txnNumber, Optime optime, long wallMillis) {}

    final BsonDocument lsid;
    final byte[] lsidBytes;
    private final Deque<Write> writes = new ArrayDeque<>();
    private final Map<Integer, Executed> executed = new HashMap<>();
    long txnNumber = -1;
    Transaction transaction;

    SessionState(BsonDocument lsid) {
        this.lsid = lsid;
        this.lsidBytes = BsonBytes.of(lsid);
    }

    TransactionId transactionId() {
        return new TransactionId(lsid, txnNumber);
    }

    /** Starts a higher transaction number; what was known of the former one is forgotten. */
    void advance(long number) {
        txnNumber = number;
        executed.clear();
        transaction = null;
    }

    Executed executed(int statement) {
        return executed.get(statement);
    }

    /** The entry that the next one of this transaction number points back to. */
    Optime previous() {
        if (writes.isEmpty()) {
            return Optime.NONE;
        }
        Write last = writes.getLast();
        return last.txnNumber() == txnNumber ? last.optime() : Optime.NONE;
    }

    void wrote(Optime optime, long wallMillis) {
        if (writes.size() == REMEMBERED_WRITES) {
            writes.removeFirst();
        }
        writes.addLast(new Write(txnNumber, optime, wallMillis));
    }

    void executed(int statement, Optime optime, BsonDocument reply) {
        executed.put(statement, new Executed(optime, reply));
    }

    /** The session's last write as {@code config.transactions} shows it, or null. */
    BsonDocument lastWrite() {
        if (writes.isEmpty()) {
            return null;
        }
        Write last = writes.getLast();
        return new BsonDocument("txnNum", new BsonInt64(last.txnNumber()))
                .append(
                        "lastWriteOpTime",
                        new BsonDocument("ts", new BsonTimestamp(last.optime().ts()))
                                .append("t", new BsonInt64(last.optime().term())))
                .append("lastWriteDate", new BsonDateTime(last.wallMillis()));
    }

    void rollBack(long position) {
        writes.removeIf(write -> write.optime().ts() > position);
        executed.values().removeIf(done -> done.optime().ts() > position);
    }
}
