package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/**
 * The documents of {@code config.transactions}. Each node derives them from its own log, so they
 * are computed here and never appear in the oplog.
 */
final class TransactionRecords {
    private TransactionRecords() {}

    static DocumentSource source(Engine engine, Request request) {
        return new ListedDocuments(
                engine.locked(
                        () -> {
                            List<byte[]> found = new ArrayList<>();
                            for (SessionState session : engine.sessions.all()) {
                                BsonDocument record = record(session);
                                if (record != null) {
                                    found.add(BsonBytes.of(record));
                                }
                            }
                            return found;
                        }));
    }

    private static BsonDocument record(SessionState session) {
        Transaction transaction = session.transaction;
        if (transaction == null || transaction.chain.isEmpty()) {
            BsonDocument last = session.lastWrite();
            if (last == null) {
                return null;
            }
            BsonDocument whole = new BsonDocument("_id", session.lsid);
            last.forEach(whole::append);
            return whole;
        }
        Optime first = transaction.chain.get(0);
        Optime last = transaction.lastEntry();
        BsonDocument whole =
                new BsonDocument("_id", session.lsid)
                        .append("txnNum", new BsonInt64(transaction.number))
                        .append("lastWriteOpTime", optime(last))
                        .append("lastWriteDate", new BsonDateTime((last.ts() >>> 32) * 1000));
        if (transaction.isOpen()) {
            whole.append("startOpTime", optime(first));
        }
        String state =
                transaction.state == Transaction.State.IN_PROGRESS
                        ? "inProgress"
                        : transaction.state.name().toLowerCase(Locale.ROOT);
        return whole.append("state", new BsonString(state));
    }

    private static BsonDocument optime(Optime optime) {
        return new BsonDocument("ts", new BsonTimestamp(optime.ts()))
                .append("t", new BsonInt64(optime.term()));
    }
}
