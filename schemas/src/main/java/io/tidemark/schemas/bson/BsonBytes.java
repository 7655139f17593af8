package io.tidemark.schemas.bson;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.bson.BsonType;

/** Reading BSON's little-endian scalars and walking over its values. */
final class BsonBytes {
    private static final VarHandle INT32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private BsonBytes() {}

    static int int32(byte[] bytes, int at) {
        return (int) INT32.get(bytes, at);
    }

    static long int64(byte[] bytes, int at) {
        return (long) INT64.get(bytes, at);
    }

    static void putInt32(byte[] bytes, int at, int value) {
        INT32.set(bytes, at, value);
    }

    static void putInt64(byte[] bytes, int at, long value) {
        INT64.set(bytes, at, value);
    }

    /**
     * The index of the NUL that ends the C string at {@code at}; it must lie before {@code limit}.
     */
    static int endOfCString(byte[] bytes, int at, int limit) {
        for (int i = at; i < limit; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        throw new MalformedBsonException(
                "a name at byte " + at + " has no end within its document");
    }

    /**
     * The index just behind the value of {@code type} at {@code at}; never beyond {@code limit}.
     */
    static int endOfValue(byte type, byte[] bytes, int at, int limit) {
        long end = at + sizeOfValue(type, bytes, at, limit);
        if (end > limit || end < at) {
            throw new MalformedBsonException(
                    "the value at byte "
                            + at
                            + " (type "
                            + type
                            + ") ends at "
                            + end
                            + ", beyond its document's end at "
                            + limit);
        }
        return (int) end;
    }

    private static long sizeOfValue(byte type, byte[] bytes, int at, int limit) {
        switch (type) {
            case 0x01, 0x09, 0x11, 0x12:
                return 8;
            case 0x02, 0x0D, 0x0E:
                return 4L + length(bytes, at, limit, 1);
            case 0x03, 0x04:
                return length(bytes, at, limit, 5);
            case 0x05:
                return 5L + length(bytes, at, limit, 0);
            case 0x06, 0x0A, (byte) 0xFF, 0x7F:
                return 0;
            case 0x07:
                return 12;
            case 0x08:
                return 1;
            case 0x0B:
                return endOfCString(bytes, endOfCString(bytes, at, limit) + 1, limit) + 1L - at;
            case 0x0C:
                return 16L + length(bytes, at, limit, 1);
            case 0x0F:
                return length(bytes, at, limit, 14);
            case 0x10:
                return 4;
            case 0x13:
                return 16;
            default:
                throw new MalformedBsonException(
                        "unknown BSON type " + (type & 0xFF) + " before byte " + at);
        }
    }

    private static int length(byte[] bytes, int at, int limit, int least) {
        if (at + 4 > limit) {
            throw new MalformedBsonException("a length at byte " + at + " is cut off");
        }
        int length = int32(bytes, at);
        if (length < least) {
            throw new MalformedBsonException("a length at byte " + at + " is " + length);
        }
        return length;
    }

    static BsonType typeOf(byte type) {
        BsonType known = BsonType.findByValue(type & 0xFF);
        if (known == null) {
            throw new MalformedBsonException("unknown BSON type " + (type & 0xFF));
        }
        return known;
    }
}
