package io.tidemark.cli.backupfile;

import java.io.IOException;

/**
 * Decodes one block of snappy or s2: the length as a varint, then literals and copies of what was
 * decoded before. S2 adds to snappy that a copy with the offset 0 repeats the last offset, with
 * lengths of its own. (Snappy format description; "S2 format" in klauspost/compress.)
 */
final class S2Block {
    private static final int LITERAL = 0;
    private static final int COPY_1 = 1;
    private static final int COPY_2 = 2;
    private static final String CORRUPT = "a block of its compression is damaged";

    private final byte[] in;
    private final int end;
    private int at;
    private byte[] out;
    private int written;
    private int offset;

    private S2Block(byte[] in, int from, int end) {
        this.in = in;
        this.at = from;
        this.end = end;
    }

    /** No compressed form of {@code bytes} is longer, its checksum included. */
    static int mostCompressed(int bytes) {
        return 64 + bytes + bytes / 6;
    }

    /**
     * @param most bytes that a block may have
     * @throws IOException if it is no such block
     */
    static byte[] decode(byte[] in, int from, int end, int most) throws IOException {
        S2Block block = new S2Block(in, from, end);
        int length = block.varint();
        if (length < 0 || length > most) {
            throw new IOException(CORRUPT);
        }
        block.out = new byte[length];
        while (block.at < end) {
            block.element();
        }
        if (block.written != length) {
            throw new IOException(CORRUPT);
        }
        return block.out;
    }

    private int varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = next();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value > Integer.MAX_VALUE ? -1 : (int) value;
            }
        }
        return -1;
    }

    private void element() throws IOException {
        int tag = next();
        int high = tag >>> 2;
        switch (tag & 3) {
            case LITERAL -> literal(high);
            case COPY_1 -> {
                int low = (tag & 0xE0) << 3 | next();
                int length = high & 7;
                if (low == 0) {
                    copy(repeatLength(length));
                } else {
                    offset = low;
                    copy(length + 4);
                }
            }
            case COPY_2 -> {
                offset = (int) bytes(2);
                copy(high + 1);
            }
            default -> {
                long far = bytes(4);
                offset = far > Integer.MAX_VALUE ? 0 : (int) far;
                copy(high + 1);
            }
        }
    }

    private int repeatLength(int code) throws IOException {
        return switch (code) {
            case 5 -> (int) bytes(1) + 8;
            case 6 -> (int) bytes(2) + 260;
            case 7 -> (int) bytes(3) + 65_540;
            default -> code + 4;
        };
    }

    private void literal(int code) throws IOException {
        long length = (code < 60 ? code : bytes(code - 59)) + 1;
        if (length > out.length - written || length > end - at) {
            throw new IOException(CORRUPT);
        }
        System.arraycopy(in, at, out, written, (int) length);
        at += (int) length;
        written += (int) length;
    }

    private void copy(int length) throws IOException {
        if (offset <= 0 || offset > written || length > out.length - written) {
            throw new IOException(CORRUPT);
        }
        if (offset >= length) {
            System.arraycopy(out, written - offset, out, written, length);
            written += length;
            return;
        }
        // Overlapping on purpose: a short pattern is repeated.
        for (int last = written + length; written < last; written++) {
            out[written] = out[written - offset];
        }
    }

    private long bytes(int count) throws IOException {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    private int next() throws IOException {
        if (at >= end) {
            throw new IOException(CORRUPT);
        }
        return in[at++] & 0xFF;
    }
}
