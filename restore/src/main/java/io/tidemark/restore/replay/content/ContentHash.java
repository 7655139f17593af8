package io.tidemark.restore.replay.content;

import io.tidemark.schemas.bson.RawDocument;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A hash over a set of documents that is the same for every order: the sum, modulo 2^128, of each
 * document's own 128-bit hash (MurmurHash3, x64 form, seed 0; public domain). A document lost,
 * added, repeated or changed in one bit gives another sum. It finds accidents, not forgery: the
 * archive's digests are SHA-256.
 */
public final class ContentHash {
    private static final VarHandle INT64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long C1 = 0x87C37B91114253D5L;
    private static final long C2 = 0x4CF5AD432745937FL;

    private long documents;
    private long high;
    private long low;

    /** The hash of one document. */
    public record Part(long high, long low) {}

    /** Hashes all bytes of the document. */
    public static Part of(RawDocument document) {
        return of(document.array(), document.offset(), document.sizeBytes());
    }

    static Part of(byte[] bytes, int offset, int length) {
        long h1 = 0;
        long h2 = 0;
        int blocks = length / 16;
        for (int i = 0; i < blocks; i++) {
            int at = offset + i * 16;
            h1 = Long.rotateLeft(h1 ^ first((long) INT64.get(bytes, at)), 27) + h2;
            h1 = h1 * 5 + 0x52DCE729;
            h2 = Long.rotateLeft(h2 ^ second((long) INT64.get(bytes, at + 8)), 31) + h1;
            h2 = h2 * 5 + 0x38495AB5;
        }
        int tail = offset + blocks * 16;
        int left = length - blocks * 16;
        h2 ^= left > 8 ? second(partial(bytes, tail + 8, left - 8)) : 0;
        h1 ^= left > 0 ? first(partial(bytes, tail, Math.min(left, 8))) : 0;
        h1 ^= length;
        h2 ^= length;
        h1 += h2;
        h2 += h1;
        h1 = mixed(h1);
        h2 = mixed(h2);
        h1 += h2;
        h2 += h1;
        return new Part(h1, h2);
    }

    public void add(Part part) {
        documents++;
        low += part.low();
        boolean carry = Long.compareUnsigned(low, part.low()) < 0;
        high += part.high() + (carry ? 1 : 0);
    }

    public long documents() {
        return documents;
    }

    /** The low half, by which expected and read content are compared. */
    public long low() {
        return low;
    }

    /** 32 hex digits. */
    public String hex() {
        return String.format("%016x%016x", high, low);
    }

    private static long first(long k) {
        return Long.rotateLeft(k * C1, 31) * C2;
    }

    private static long second(long k) {
        return Long.rotateLeft(k * C2, 33) * C1;
    }

    private static long mixed(long k) {
        long a = (k ^ k >>> 33) * 0xFF51AFD7ED558CCDL;
        long b = (a ^ a >>> 33) * 0xC4CEB9FE1A85EC53L;
        return b ^ b >>> 33;
    }

    /** Up to 8 bytes, little endian. */
    private static long partial(byte[] bytes, int at, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | bytes[at + i] & 0xFF;
        }
        return value;
    }
}
