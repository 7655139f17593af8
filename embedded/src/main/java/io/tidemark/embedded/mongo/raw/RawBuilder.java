package io.tidemark.embedded.mongo.raw;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Writes one BSON document field by field into a growing byte array. Fields appear in the order of
 * the calls; nothing is checked, so the caller decides the exact form.
 */
public final class RawBuilder {
    private byte[] bytes;
    private int length;
    private final int[] starts = new int[64];
    private int depth;

    public RawBuilder() {
        this(256);
    }

    public RawBuilder(int capacity) {
        bytes = new byte[Math.max(capacity, 16)];
        open();
    }

    public RawBuilder string(String name, String value) {
        element(2, name);
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int32Raw(utf8.length + 1);
        raw(utf8, 0, utf8.length);
        return raw(0);
    }

    public RawBuilder int32(String name, int value) {
        element(16, name);
        return int32Raw(value);
    }

    public RawBuilder int64(String name, long value) {
        element(18, name);
        return int64Raw(value);
    }

    public RawBuilder float64(String name, double value) {
        element(1, name);
        return int64Raw(Double.doubleToRawLongBits(value));
    }

    public RawBuilder bool(String name, boolean value) {
        element(8, name);
        return raw(value ? 1 : 0);
    }

    public RawBuilder nothing(String name) {
        return element(10, name);
    }

    /** A cluster time packed as seconds in the upper and increment in the lower half. */
    public RawBuilder timestamp(String name, long packed) {
        element(17, name);
        return int64Raw(packed);
    }

    public RawBuilder date(String name, long epochMillis) {
        element(9, name);
        return int64Raw(epochMillis);
    }

    public RawBuilder objectId(String name, byte[] twelve) {
        element(7, name);
        return raw(twelve, 0, 12);
    }

    public RawBuilder uuid(String name, UUID value) {
        element(5, name);
        int32Raw(16);
        raw(4);
        bigEndian(value.getMostSignificantBits());
        return bigEndian(value.getLeastSignificantBits());
    }

    public RawBuilder binary(String name, byte[] value) {
        element(5, name);
        int32Raw(value.length);
        raw(0);
        return raw(value, 0, value.length);
    }

    public RawBuilder document(String name, byte[] document) {
        element(3, name);
        return raw(document, 0, document.length);
    }

    public RawBuilder array(String name, byte[] array) {
        element(4, name);
        return raw(array, 0, array.length);
    }

    public RawBuilder value(String name, BsonValue value) {
        return copyOf(name, BsonBytes.of(new BsonDocument("", value)));
    }

    /** Copies the single element of a one-field document under another name. */
    private RawBuilder copyOf(String name, byte[] holder) {
        element(holder[4], name);
        return raw(holder, 6, holder.length - 7);
    }

    /** Copies an element's value: type byte and value bytes as they stand in another document. */
    public RawBuilder copy(String name, int type, byte[] from, int offset, int count) {
        element(type, name);
        return raw(from, offset, count);
    }

    public RawBuilder all(BsonDocument document) {
        for (Map.Entry<String, BsonValue> field : document.entrySet()) {
            value(field.getKey(), field.getValue());
        }
        return this;
    }

    public RawBuilder startDocument(String name) {
        element(3, name);
        return open();
    }

    public RawBuilder startArray(String name) {
        element(4, name);
        return open();
    }

    public RawBuilder end() {
        raw(0);
        depth--;
        putInt(starts[depth], length - starts[depth]);
        return this;
    }

    /**
     * Makes room at once for what comes, where growing step by step would copy it several times.
     */
    public RawBuilder reserve(int more) {
        room(more);
        return this;
    }

    /** Bytes written so far. */
    public int size() {
        return length;
    }

    /** Ends all open documents and returns the whole. */
    public byte[] toBytes() {
        while (depth > 0) {
            end();
        }
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }

    private RawBuilder open() {
        starts[depth] = length;
        depth++;
        return int32Raw(0);
    }

    private RawBuilder element(int type, String name) {
        raw(type);
        int count = name.length();
        room(count + 1);
        for (int i = 0; i < count; i++) {
            char c = name.charAt(i);
            if (c > 127) {
                byte[] rest = name.substring(i).getBytes(StandardCharsets.UTF_8);
                raw(rest, 0, rest.length);
                return raw(0);
            }
            bytes[length] = (byte) c;
            length++;
        }
        return raw(0);
    }

    private RawBuilder raw(int one) {
        room(1);
        bytes[length] = (byte) one;
        length++;
        return this;
    }

    private RawBuilder raw(byte[] from, int offset, int count) {
        room(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
        return this;
    }

    private RawBuilder int32Raw(int value) {
        room(4);
        putInt(length, value);
        length += 4;
        return this;
    }

    private RawBuilder int64Raw(long value) {
        int32Raw((int) value);
        return int32Raw((int) (value >>> 32));
    }

    private RawBuilder bigEndian(long value) {
        return int64Raw(Long.reverseBytes(value));
    }

    private void putInt(int at, int value) {
        BsonBytes.putInt(bytes, at, value);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
