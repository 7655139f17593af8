package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.TransactionId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.bson.BsonBinary;
import org.bson.BsonDocument;

/** All sessions of one replica set. Guarded by the set's write lock. */
final class Sessions {
    /** Digest of the user name; without access control it is that of the empty name. */
    private static final BsonBinary NO_USER = new BsonBinary(sha256OfNothing());

    private final Map<BsonDocument, SessionState> sessions = new HashMap<>();

    private static byte[] sha256OfNothing() {
        try {
            return MessageDigest.getInstance("SHA-256").digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** The session document as it stands in the oplog: with the user's digest. */
    static BsonDocument complete(BsonDocument lsid) {
        if (!lsid.containsKey("id")) {
            throw new CommandFailure(
                    ErrorCode.MissingField, "BSON field 'lsid.id' is missing but required");
        }
        BsonDocument whole = new BsonDocument("id", lsid.get("id"));
        whole.append("uid", lsid.get("uid", NO_USER));
        lsid.forEach(whole::putIfAbsent);
        return whole;
    }

    SessionState of(BsonDocument lsid) {
        return sessions.computeIfAbsent(complete(lsid), SessionState::new);
    }

    /** The session, moved to this transaction number if it is newer; an older one is refused. */
    SessionState at(TransactionId id) {
        SessionState session = of(id.lsid());
        if (id.txnNumber() < session.txnNumber) {
            throw new CommandFailure(
                    ErrorCode.TransactionTooOld,
                    "Retryable write with txnNumber "
                            + id.txnNumber()
                            + " is prohibited on session because a newer retryable write with"
                            + " txnNumber "
                            + session.txnNumber
                            + " has already started on this session.");
        }
        if (id.txnNumber() > session.txnNumber) {
            if (session.transaction != null && session.transaction.isPrepared()) {
                throw new CommandFailure(
                        ErrorCode.PreparedTransactionInProgress,
                        "Cannot start a new transaction while the last one is prepared");
            }
            session.advance(id.txnNumber());
        }
        return session;
    }

    Collection<SessionState> all() {
        return sessions.values();
    }

    void rollBack(long position) {
        sessions.values().forEach(session -> session.rollBack(position));
    }
}
