package io.tidemark.restore.orphans;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hash by which hashed shard keys divide: the first 8 bytes, little endian, of an MD5 over seed
 * 0, kind of type and value; all numbers as whole numbers, doubles truncated, decimals rounded half
 * to even (as a real engine answers).
 */
final class HashedKey {
    private static final byte SCOPED_CODE = 0x0F;
    private static final int OBJECT = 20;
    private static final int ARRAY = 25;
    private static final int NUMBER = 10;
    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger BEYOND = LARGEST.add(BigInteger.ONE);
    private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);

    private HashedKey() {}

    static long of(RawElement value) {
        MessageDigest digest = md5();
        digest.update(int32(0));
        add(digest, value, false);
        return ByteBuffer.wrap(digest.digest()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static void add(MessageDigest digest, RawElement value, boolean named) {
        int kind = ValueOrder.kind(value.typeByte());
        digest.update(int32(kind));
        if (named) {
            digest.update(value.nameBytes());
            digest.update((byte) 0);
        }
        if (kind == OBJECT || kind == ARRAY) {
            addFields(digest, value.document().orElseThrow());
        } else if (value.typeByte() == SCOPED_CODE) {
            addScopedCode(digest, value.valueBytes());
        } else if (kind == NUMBER) {
            digest.update(int64(whole(value)));
        } else {
            digest.update(value.valueBytes());
        }
    }

    private static void addFields(MessageDigest digest, RawDocument document) {
        document.forEach(field -> add(digest, field, true));
        digest.update(int32(0));
    }

    /** Its lengths don't count, as those of documents don't. */
    private static void addScopedCode(MessageDigest digest, byte[] value) {
        int code = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
        digest.update(value, 8, code);
        addFields(digest, new RawDocument(value, 8 + code, value.length - 8 - code));
    }

    /** Clamped to 64 bits, NaN as 0; the double 2^63 alone wraps around, as it always did. */
    private static long whole(RawElement number) {
        if (ValueOrder.isNotFinite(number)) {
            return (long) ValueOrder.specialValue(number);
        }
        boolean isDouble = number.typeByte() == 0x01;
        BigDecimal exact = ValueOrder.exact(number);
        if (isDouble && exact.toBigInteger().equals(BEYOND)) {
            return Long.MIN_VALUE;
        }
        BigInteger whole =
                isDouble
                        ? exact.toBigInteger()
                        : exact.setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
        return whole.min(LARGEST).max(SMALLEST).longValue();
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private static byte[] int64(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
