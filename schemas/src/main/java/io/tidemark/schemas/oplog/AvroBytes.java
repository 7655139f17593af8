package io.tidemark.schemas.oplog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.wire.WireFormat;
import java.util.Arrays;

/**
 * A buffer, used again and again, into which values are written as Avro's binary encoding has them
 * (Avro specification 1.12, "Binary Encoding"), and BSON's scalars for the documents inside.
 */
final class AvroBytes {
    /** What one value leaves behind at most: a rare long {@code _id} shall not stay for ever. */
    private static final int KEPT_BYTES = 64 * 1024;

    private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);

    private byte[] bytes = new byte[1024];
    private int size;

    /** Confluent's header at the front. */
    void header(int schemaId) {
        WireFormat.writeHeader(bytes, schemaId);
    }

    /** Forgets what was written behind the first {@code kept} bytes. */
    void startOver(int kept) {
        if (bytes.length > KEPT_BYTES) {
            bytes = Arrays.copyOf(bytes, 1024);
        }
        size = kept;
    }

    /** An int, a long, a length, or the index of an enum's symbol: zigzag, variable length. */
    void number(long value) {
        reserve(10);
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Of a union {@code [null, T]}: null. */
    void absent() {
        reserve(1);
        bytes[size++] = 0;
    }

    /** Of a union {@code [null, T]}: a T follows. */
    void present() {
        reserve(1);
        bytes[size++] = 2;
    }

    void flag(boolean value) {
        reserve(1);
        bytes[size++] = (byte) (value ? 1 : 0);
    }

    void zero() {
        reserve(1);
        bytes[size++] = 0;
    }

    void text(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        number(utf8.length);
        raw(utf8, 0, utf8.length);
    }

    /** Text without its length. */
    void utf8(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        raw(utf8, 0, utf8.length);
    }

    /** The bytes of {@code from} between the two places. */
    void raw(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, size, end - start);
        size += end - start;
    }

    /** The 16 bytes at {@code at} as text, as {@link java.util.UUID#toString} writes it. */
    void uuid(byte[] from, int at) {
        number(36);
        reserve(36);
        for (int i = 0; i < 16; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                bytes[size++] = '-';
            }
            bytes[size++] = HEX[from[at + i] >> 4 & 0xF];
            bytes[size++] = HEX[from[at + i] & 0xF];
        }
    }

    /** BSON's, little-endian. */
    void int32(int value) {
        reserve(4);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** A BSON field of type int64. */
    void int64Field(String name, long value) {
        reserve(name.length() + 10);
        bytes[size++] = 0x12;
        utf8(name);
        bytes[size++] = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** A new array of what was written behind the first {@code start} bytes. */
    byte[] from(int start) {
        return Arrays.copyOfRange(bytes, start, size);
    }

    /**
     * A new array of all that was written, the document behind it, and then {@code absent} times
     * what {@link #absent} writes.
     */
    byte[] followedBy(RawDocument document, int absent) {
        byte[] whole = new byte[Math.addExact(size + absent, document.sizeBytes())];
        System.arraycopy(bytes, 0, whole, 0, size);
        System.arraycopy(document.array(), document.offset(), whole, size, document.sizeBytes());
        return whole;
    }

    private void reserve(int more) {
        if (more > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
        }
    }
}
