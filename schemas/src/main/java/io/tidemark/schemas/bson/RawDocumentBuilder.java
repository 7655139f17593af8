package io.tidemark.schemas.bson;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds a BSON document out of raw elements: values are copied byte for byte, never decoded.
 * Embedded documents and arrays are opened and closed; {@link #build} closes the outermost one.
 */
public final class RawDocumentBuilder {
    private static final int LARGEST = Integer.MAX_VALUE - 64;
    private byte[] bytes;
    private int size;
    private int[] open = new int[4];
    private int depth;

    public RawDocumentBuilder() {
        this(256);
    }

    /**
     * @param expectedBytes how many bytes to reserve; it grows as needed
     */
    public RawDocumentBuilder(int expectedBytes) {
        bytes = new byte[Math.max(16, expectedBytes)];
        openHere();
    }

    /** Copies a field with its name. */
    public RawDocumentBuilder append(RawElement element) {
        copy(element.array(), element.start(), element.end());
        return this;
    }

    /** Copies a field's value under another name. */
    public RawDocumentBuilder append(String name, RawElement value) {
        name(value.typeByte(), name);
        copy(value.array(), value.valueStart(), value.end());
        return this;
    }

    /** Copies a field's value under another name given as UTF-8 without NUL. */
    public RawDocumentBuilder append(byte[] name, RawElement value) {
        name(value.typeByte(), name);
        copy(value.array(), value.valueStart(), value.end());
        return this;
    }

    /** Writes a value from its BSON type byte and its value bytes. */
    public RawDocumentBuilder append(byte[] name, byte type, byte[] value) {
        name(type, name);
        copy(value, 0, value.length);
        return this;
    }

    public RawDocumentBuilder appendDocument(String name, RawDocument document) {
        name((byte) 0x03, name);
        copy(document.array(), document.offset(), document.offset() + document.sizeBytes());
        return this;
    }

    public RawDocumentBuilder appendNull(String name) {
        name((byte) 0x0A, name);
        return this;
    }

    public RawDocumentBuilder appendNull(byte[] name) {
        name((byte) 0x0A, name);
        return this;
    }

    public RawDocumentBuilder appendInt32(String name, int value) {
        name((byte) 0x10, name);
        reserve(4);
        BsonBytes.putInt32(bytes, size, value);
        size += 4;
        return this;
    }

    public RawDocumentBuilder appendInt64(String name, long value) {
        return append64((byte) 0x12, name, value);
    }

    /**
     * @param bits seconds in the high half, increment in the low half
     */
    public RawDocumentBuilder appendTimestamp(String name, long bits) {
        return append64((byte) 0x11, name, bits);
    }

    public RawDocumentBuilder appendBoolean(String name, boolean value) {
        name((byte) 0x08, name);
        reserve(1);
        bytes[size++] = (byte) (value ? 1 : 0);
        return this;
    }

    public RawDocumentBuilder appendString(String name, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        name((byte) 0x02, name);
        reserve(4);
        BsonBytes.putInt32(bytes, size, text.length + 1);
        size += 4;
        copy(text, 0, text.length);
        reserve(1);
        bytes[size++] = 0;
        return this;
    }

    public RawDocumentBuilder openDocument(byte[] name) {
        name((byte) 0x03, name);
        openHere();
        return this;
    }

    public RawDocumentBuilder openArray(byte[] name) {
        name((byte) 0x04, name);
        openHere();
        return this;
    }

    public RawDocumentBuilder openDocument(String name) {
        return openDocument(name.getBytes(StandardCharsets.UTF_8));
    }

    public RawDocumentBuilder openArray(String name) {
        return openArray(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Closes the embedded document or array that was opened last. */
    public RawDocumentBuilder close() {
        if (depth < 2) {
            throw new IllegalStateException("no embedded document is open");
        }
        closeHere();
        return this;
    }

    /** Closes the document; the builder is of no use afterwards. */
    public byte[] build() {
        if (depth != 1) {
            throw new IllegalStateException((depth - 1) + " embedded documents are still open");
        }
        closeHere();
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    private RawDocumentBuilder append64(byte type, String name, long value) {
        name(type, name);
        reserve(8);
        BsonBytes.putInt64(bytes, size, value);
        size += 8;
        return this;
    }

    private void openHere() {
        open = depth < open.length ? open : Arrays.copyOf(open, 2 * depth);
        open[depth++] = size;
        reserve(4);
        size += 4;
    }

    private void closeHere() {
        reserve(1);
        bytes[size++] = 0;
        int start = open[--depth];
        BsonBytes.putInt32(bytes, start, size - start);
    }

    private void name(byte type, String name) {
        name(type, name.getBytes(StandardCharsets.UTF_8));
    }

    private void name(byte type, byte[] name) {
        reserve(name.length + 2);
        bytes[size++] = type;
        System.arraycopy(name, 0, bytes, size, name.length);
        size += name.length;
        bytes[size++] = 0;
    }

    private void copy(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, size, end - start);
        size += end - start;
    }

    private void reserve(int more) {
        long needed = (long) size + more;
        if (needed > LARGEST) {
            throw new MalformedBsonException("a document of " + needed + " bytes can't be");
        }
        if (needed > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes, (int) Math.min(LARGEST, Math.max(needed, bytes.length * 2L)));
        }
    }
}
