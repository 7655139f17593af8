package io.tidemark.embedded.mongo.query;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/**
 * The hash of a value in a hashed index or shard key: the first 8 bytes, little endian, of an MD5
 * over seed, type and value. Numbers of all types hash as the whole number they truncate to.
 */
public final class HashedValue {
    private HashedValue() {}

    /** The hash; {@code null} (a missing field) hashes as null. */
    public static long of(BsonValue value) {
        MessageDigest digest = md5();
        digest.update(littleEndian(0));
        hash(digest, value, "", false);
        return ByteBuffer.wrap(digest.digest()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has MD5", e);
        }
    }

    private static void hash(MessageDigest digest, BsonValue value, String name, boolean named) {
        int type = value == null ? 5 : BsonOrder.rank(value);
        digest.update(littleEndian(type));
        if (named) {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        if (value == null) {
            return;
        }
        if (value.isDocument()) {
            value.asDocument().forEach((child, inner) -> hash(digest, inner, child, true));
            digest.update(littleEndian(0));
        } else if (value.isArray()) {
            List<BsonValue> elements = value.asArray().getValues();
            for (int i = 0; i < elements.size(); i++) {
                hash(digest, elements.get(i), Integer.toString(i), true);
            }
            digest.update(littleEndian(0));
        } else if (BsonNumbers.isNumber(value)) {
            digest.update(
                    ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(BsonNumbers.hashed(value))
                            .array());
        } else {
            digest.update(rawValue(value));
        }
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    /**
     * The bytes of a value inside a document: behind 4 bytes of length, the type, an empty name;
     * before the end.
     */
    private static byte[] rawValue(BsonValue value) {
        BasicOutputBuffer buffer = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            new BsonDocumentCodec()
                    .encode(writer, new BsonDocument("", value), EncoderContext.builder().build());
        }
        byte[] document = buffer.toByteArray();
        return java.util.Arrays.copyOfRange(document, 6, document.length - 1);
    }
}
