package io.tidemark.cli.backupfile;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Reads framed snappy and its extension s2, as Go's {@code klauspost/compress/s2} writes it: chunks
 * of up to 4 MiB, each with the CRC32C of what it holds. Neither format marks its end, so a file
 * that is cut off between two chunks looks whole here; within one it does not. (Snappy framing
 * format; "S2 format" in that library's README.)
 */
final class S2InputStream extends InputStream {
    static final String SNAPPY_IDENTIFIER = "sNaPpY";
    static final String S2_IDENTIFIER = "S2sTwO";

    private static final int COMPRESSED = 0x00;
    private static final int UNCOMPRESSED = 0x01;
    private static final int FIRST_SKIPPABLE = 0x80;
    private static final int IDENTIFIER = 0xFF;
    private static final int LARGEST_BLOCK = 4 << 20;
    private static final int CHECKSUM_BYTES = 4;

    private final InputStream in;
    private byte[] block = {};
    private int at;
    private int end;
    private long chunks;

    S2InputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        return fill() ? block[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, end - at);
        System.arraycopy(block, at, target, from, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        while (at == end) {
            int type = in.read();
            if (type < 0) {
                return false;
            }
            chunk(type);
            chunks++;
        }
        return true;
    }

    private void chunk(int type) throws IOException {
        byte[] header = exactly(3);
        int length = header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
        if (type == COMPRESSED || type == UNCOMPRESSED) {
            data(type, length);
        } else if (type == IDENTIFIER) {
            identifier(length);
        } else if (type >= FIRST_SKIPPABLE) {
            // Padding, the index of s2, and what later versions may add.
            in.skipNBytes(length);
        } else {
            throw damaged("has the unknown type " + type);
        }
    }

    private void identifier(int length) throws IOException {
        String text = new String(exactly(length), java.nio.charset.StandardCharsets.US_ASCII);
        if (!text.equals(SNAPPY_IDENTIFIER) && !text.equals(S2_IDENTIFIER)) {
            throw damaged("names another format than snappy and s2");
        }
    }

    private void data(int type, int length) throws IOException {
        boolean possible =
                length >= CHECKSUM_BYTES && length <= S2Block.mostCompressed(LARGEST_BLOCK);
        if (!possible) {
            throw damaged("says that it has " + length + " bytes");
        }
        byte[] chunk = exactly(length);
        int expected = littleEndian(chunk);
        if (type == COMPRESSED) {
            block = S2Block.decode(chunk, CHECKSUM_BYTES, length, LARGEST_BLOCK);
            at = 0;
            end = block.length;
        } else {
            block = chunk;
            at = CHECKSUM_BYTES;
            end = length;
        }
        CRC32C crc = new CRC32C();
        crc.update(block, at, end - at);
        if (masked((int) crc.getValue()) != expected) {
            throw damaged("does not fit its checksum");
        }
    }

    /** As snappy's framing format stores a CRC. */
    private static int masked(int crc) {
        return (crc >>> 15 | crc << 17) + 0xA282EAD8;
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw damaged("is cut off");
        }
        return bytes;
    }

    private IOException damaged(String what) {
        return new IOException("chunk " + chunks + " of its compression " + what);
    }

    private static int littleEndian(byte[] bytes) {
        return bytes[0] & 0xFF
                | (bytes[1] & 0xFF) << 8
                | (bytes[2] & 0xFF) << 16
                | (bytes[3] & 0xFF) << 24;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
