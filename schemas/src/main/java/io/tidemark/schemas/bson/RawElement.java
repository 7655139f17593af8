package io.tidemark.schemas.bson;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.bson.BsonType;

/**
 * One field of a {@link RawDocument}: a view of the document's bytes. Typed readers answer empty
 * where the field has another type: what a newer server writes must not stop us from archiving it.
 */
public final class RawElement {
    private static final int UUID_SUBTYPE = 4;
    private final byte[] bytes;
    private final int start;
    private final int nameEnd;
    private final int end;

    RawElement(byte[] bytes, int start, int nameEnd, int end) {
        this.bytes = bytes;
        this.start = start;
        this.nameEnd = nameEnd;
        this.end = end;
    }

    public String name() {
        return new String(bytes, start + 1, nameEnd - start - 1, StandardCharsets.UTF_8);
    }

    /** Compares without decoding; {@code ascii} holds ASCII only. */
    public boolean isNamed(String ascii) {
        return isNamed(bytes, start + 1, nameEnd, ascii);
    }

    static boolean isNamed(byte[] bytes, int from, int to, String ascii) {
        int length = to - from;
        if (length != ascii.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** True if both fields have the same name, byte for byte. */
    public boolean hasNameOf(RawElement other) {
        return Arrays.equals(
                bytes, start + 1, nameEnd, other.bytes, other.start + 1, other.nameEnd);
    }

    /** The name's bytes, without the NUL. */
    public byte[] nameBytes() {
        return Arrays.copyOfRange(bytes, start + 1, nameEnd);
    }

    /** BSON's type byte. */
    public byte typeByte() {
        return bytes[start];
    }

    public BsonType type() {
        return BsonBytes.typeOf(typeByte());
    }

    /** The array that holds the element, shared with the document: read only. */
    public byte[] array() {
        return bytes;
    }

    /** Where the field, its type byte first, begins in {@link #array}. */
    public int start() {
        return start;
    }

    /** Where the value begins in {@link #array}. */
    public int valueStart() {
        return nameEnd + 1;
    }

    /** Just behind the value in {@link #array}. */
    public int end() {
        return end;
    }

    public int valueSizeBytes() {
        return end - valueStart();
    }

    /** A copy of the value's bytes. */
    public byte[] valueBytes() {
        return Arrays.copyOfRange(bytes, valueStart(), end);
    }

    /** The value's bytes as a read-only view, little-endian order not set. */
    public ByteBuffer value() {
        return ByteBuffer.wrap(bytes, valueStart(), valueSizeBytes()).slice().asReadOnlyBuffer();
    }

    /** True if both have the same type and the same value bytes; names don't count. */
    public boolean hasValueOf(RawElement other) {
        return typeByte() == other.typeByte()
                && Arrays.equals(
                        bytes, valueStart(), end, other.bytes, other.valueStart(), other.end);
    }

    public boolean isDocument() {
        return typeByte() == 0x03;
    }

    public boolean isArray() {
        return typeByte() == 0x04;
    }

    /** The embedded document, or the array seen as a document with the names "0", "1", …. */
    public Optional<RawDocument> document() {
        boolean embedded = isDocument() || isArray();
        return embedded
                ? Optional.of(new RawDocument(bytes, valueStart(), valueSizeBytes()))
                : Optional.empty();
    }

    public Optional<String> string() {
        if (typeByte() != 0x02) {
            return Optional.empty();
        }
        int at = valueStart() + 4;
        return Optional.of(new String(bytes, at, end - 1 - at, StandardCharsets.UTF_8));
    }

    /** The 64 bits of a timestamp. */
    public OptionalLong timestamp() {
        return typeByte() == 0x11
                ? OptionalLong.of(BsonBytes.int64(bytes, valueStart()))
                : OptionalLong.empty();
    }

    /** Unix milliseconds of a date. */
    public OptionalLong dateMillis() {
        return typeByte() == 0x09
                ? OptionalLong.of(BsonBytes.int64(bytes, valueStart()))
                : OptionalLong.empty();
    }

    /**
     * The whole-number value of an int32, an int64 or a double; mongosh and old tools write any of
     * them.
     */
    public OptionalLong number() {
        return switch (typeByte()) {
            case 0x10 -> OptionalLong.of(BsonBytes.int32(bytes, valueStart()));
            case 0x12 -> OptionalLong.of(BsonBytes.int64(bytes, valueStart()));
            case 0x01 ->
                    OptionalLong.of(
                            (long) Double.longBitsToDouble(BsonBytes.int64(bytes, valueStart())));
            default -> OptionalLong.empty();
        };
    }

    /** True for the boolean true only. */
    public boolean isTrue() {
        return typeByte() == 0x08 && bytes[valueStart()] == 1;
    }

    /** True for a binary value of subtype 4 with 16 bytes, which are the last of the value. */
    public boolean isUuid() {
        return typeByte() == 0x05
                && BsonBytes.int32(bytes, valueStart()) == 16
                && bytes[valueStart() + 4] == UUID_SUBTYPE;
    }

    public Optional<UUID> uuid() {
        if (!isUuid()) {
            return Optional.empty();
        }
        ByteBuffer big = ByteBuffer.wrap(bytes, valueStart() + 5, 16);
        return Optional.of(new UUID(big.getLong(), big.getLong()));
    }

    @Override
    public String toString() {
        return name() + " (" + type() + ", " + valueSizeBytes() + " bytes)";
    }
}
