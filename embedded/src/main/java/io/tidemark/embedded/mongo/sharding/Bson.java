package io.tidemark.embedded.mongo.sharding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.UuidRepresentation;

/** Short words for BSON values of the metadata. */
final class Bson {
    static final BsonTimestamp NO_TIME = new BsonTimestamp(0);

    private Bson() {}

    static BsonBinary uuid(UUID uuid) {
        return new BsonBinary(uuid, UuidRepresentation.STANDARD);
    }

    static BsonString string(String text) {
        return new BsonString(text);
    }

    static BsonDocument doc(String name, BsonValue value) {
        return new BsonDocument(name, value);
    }

    static BsonDocument id(BsonValue id) {
        return new BsonDocument("_id", id);
    }

    static BsonDocument id(String id) {
        return new BsonDocument("_id", new BsonString(id));
    }

    static BsonInt32 number(int value) {
        return new BsonInt32(value);
    }

    static BsonDocument range(BsonDocument min, BsonDocument max) {
        return new BsonDocument("min", min).append("max", max);
    }

    /** A document that may be changed, with the same values. */
    static BsonDocument copy(BsonDocument document) {
        BsonDocument copy = new BsonDocument(document.size() + 1);
        document.forEach(copy::append);
        return copy;
    }

    static BsonTimestamp later(BsonTimestamp left, BsonTimestamp right) {
        return left.compareTo(right) >= 0 ? left : right;
    }

    /**
     * The session document as a shard logs it: the client's id and the digest of its user, here
     * nobody.
     */
    static BsonDocument session(BsonDocument lsid) {
        if (lsid.containsKey("uid")) {
            return lsid;
        }
        BsonDocument complete =
                new BsonDocument("id", lsid.get("id")).append("uid", new BsonBinary(digest("")));
        lsid.forEach(complete::putIfAbsent);
        return complete;
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    static UUID uuid(BsonBinary binary) {
        ByteBuffer bytes = ByteBuffer.wrap(binary.getData());
        return new UUID(bytes.getLong(), bytes.getLong());
    }
}
