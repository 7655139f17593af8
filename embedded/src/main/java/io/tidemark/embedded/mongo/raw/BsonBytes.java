package io.tidemark.embedded.mongo.raw;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.ByteBuf;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Reads single facts out of BSON bytes (bsonspec.org), and turns documents into bytes. */
public final class BsonBytes {
    /** The document without fields. */
    public static final byte[] EMPTY = {5, 0, 0, 0, 0};

    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    private BsonBytes() {}

    /** The document's bytes; a raw document is copied, others are encoded. */
    public static byte[] of(BsonDocument document) {
        if (document instanceof RawBsonDocument raw) {
            ByteBuf buffer = raw.getByteBuffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
        BasicOutputBuffer out = new BasicOutputBuffer(256);
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            CODEC.encode(writer, document, EncoderContext.builder().build());
        }
        return out.toByteArray();
    }

    public static RawBsonDocument document(byte[] bytes) {
        return new RawBsonDocument(bytes);
    }

    public static int int32(byte[] bytes, int at) {
        return (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }

    public static long int64(byte[] bytes, int at) {
        return (int32(bytes, at) & 0xffffffffL) | ((long) int32(bytes, at + 4)) << 32;
    }

    public static void putInt(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >>> 8);
        bytes[at + 2] = (byte) (value >>> 16);
        bytes[at + 3] = (byte) (value >>> 24);
    }

    /** Offset of the first field's type byte, relative to nothing: documents start at 0. */
    public static int firstElement() {
        return 4;
    }

    /** Offset of an element's value, given the offset of its type byte. */
    public static int valueOffset(byte[] bytes, int element) {
        int at = element + 1;
        while (bytes[at] != 0) {
            at++;
        }
        return at + 1;
    }

    /** Length in bytes of a value of a type at an offset. */
    public static int valueLength(int type, byte[] bytes, int at) {
        return switch (type & 0xff) {
            case 6, 10, 0x7f, 0xff -> 0;
            case 8 -> 1;
            case 16 -> 4;
            case 1, 9, 17, 18 -> 8;
            case 7 -> 12;
            case 19 -> 16;
            case 2, 13, 14 -> 4 + int32(bytes, at);
            case 3, 4, 15 -> int32(bytes, at);
            case 5 -> 5 + int32(bytes, at);
            case 12 -> 16 + int32(bytes, at);
            case 11 -> regexLength(bytes, at);
            default ->
                    throw new IllegalArgumentException("Unknown BSON type " + type + " at " + at);
        };
    }

    private static int regexLength(byte[] bytes, int at) {
        int end = at;
        for (int strings = 0; strings < 2; end++) {
            if (bytes[end] == 0) {
                strings++;
            }
        }
        return end - at;
    }

    /** Offset of the type byte of a top-level field, or -1 if the document has no such field. */
    public static int find(byte[] bytes, String name) {
        int at = 4;
        while (bytes[at] != 0) {
            int value = valueOffset(bytes, at);
            if (isNamed(bytes, at, value, name)) {
                return at;
            }
            at = value + valueLength(bytes[at], bytes, value);
        }
        return -1;
    }

    /** Whether the element at an offset has an ASCII name. */
    public static boolean isNamed(byte[] bytes, int element, int valueOffset, String name) {
        int count = name.length();
        if (valueOffset - element - 2 != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (bytes[element + 1 + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public static UUID uuid(BsonBinary binary) {
        ByteBuffer data = ByteBuffer.wrap(binary.getData());
        return new UUID(data.getLong(), data.getLong());
    }

    public static BsonBinary binary(UUID uuid) {
        byte[] data =
                ByteBuffer.allocate(16)
                        .putLong(uuid.getMostSignificantBits())
                        .putLong(uuid.getLeastSignificantBits())
                        .array();
        return new BsonBinary((byte) 4, data);
    }
}
