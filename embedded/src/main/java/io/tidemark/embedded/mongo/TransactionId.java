package io.tidemark.embedded.mongo;

import java.util.Objects;
import org.bson.BsonDocument;

/**
 * Names a transaction or a retryable write: the full session document {@code {id, uid}} and the
 * session's transaction number. The same pair is used on all shards a transaction touches.
 *
 * @param lsid session document as it stands in oplog entries
 * @param txnNumber 0 or greater
 */
public record TransactionId(BsonDocument lsid, long txnNumber) {
    public TransactionId {
        Objects.requireNonNull(lsid, "lsid");
        if (txnNumber < 0) {
            throw new IllegalArgumentException("txnNumber must not be negative, was " + txnNumber);
        }
    }
}
