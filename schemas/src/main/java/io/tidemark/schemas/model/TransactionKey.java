package io.tidemark.schemas.model;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names a transaction across shards: the bytes of {@code {lsid, txnNumber}} as the server wrote
 * them. The same transaction has the same key in every participant's oplog (one session document
 * travels to all of them).
 */
public final class TransactionKey {
    private final byte[] bson;
    private final int hash;

    /**
     * @param bson one BSON document; kept, so the caller must not change it afterwards
     */
    public TransactionKey(byte[] bson) {
        this.bson = bson;
        this.hash = Arrays.hashCode(bson);
    }

    /** The BSON document {@code {lsid, txnNumber}}; not to be changed. */
    public byte[] bson() {
        return bson;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionKey key && Arrays.equals(bson, key.bson);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new org.bson.RawBsonDocument(bson).toJson();
    }

    /** A short name for logs, equal for equal keys. */
    public String shortName() {
        return HexFormat.of().toHexDigits(hash);
    }
}
