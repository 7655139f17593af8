package io.tidemark.storage.frames;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The two zstd skippable frames of our own (RFC 8878, 3.1.2: magic 0x184D2A50 to 5F, then the size
 * of the rest, little-endian). Each carries a CRC32C of its own head and text, so that it can be
 * trusted when nothing else of the object is read.
 */
final class Skippable {
    static final int HEADER_MAGIC = 0x184D2A50;
    static final int INDEX_MAGIC = 0x184D2A5F;
    static final int HEAD_BYTES = 8;

    /** At the end of the index frame: CRC32C, length of the JSON, mark. */
    static final int FOOTER_BYTES = 16;

    private static final byte[] MARK = "TDMKIDX1".getBytes(StandardCharsets.US_ASCII);

    private Skippable() {}

    static byte[] header(byte[] json) {
        ByteBuffer frame = frame(HEADER_MAGIC, json, 4);
        return frame.putInt(crc(frame)).array();
    }

    static byte[] index(byte[] json) {
        ByteBuffer frame = frame(INDEX_MAGIC, json, FOOTER_BYTES);
        return frame.putInt(crc(frame)).putInt(json.length).put(MARK).array();
    }

    /** The size of the whole header frame that begins with {@code head}; empty if none does. */
    static Optional<Integer> headerBytes(byte[] head) {
        if (head.length < HEAD_BYTES) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        boolean ours = bytes.getInt() == HEADER_MAGIC;
        int rest = bytes.getInt();
        return ours && rest > 4 && rest < Integer.MAX_VALUE - HEAD_BYTES
                ? Optional.of(rest + HEAD_BYTES)
                : Optional.empty();
    }

    /** The JSON of a whole header frame; empty if a bit is wrong. */
    static Optional<byte[]> headerJson(byte[] frame) {
        return json(frame, 4);
    }

    /** The size of the index frame whose last bytes are {@code footer}; empty if none ends so. */
    static Optional<Integer> indexBytes(byte[] footer) {
        if (footer.length < FOOTER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer end =
                ByteBuffer.wrap(footer, footer.length - FOOTER_BYTES, FOOTER_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        end.getInt();
        int json = end.getInt();
        byte[] mark = new byte[MARK.length];
        end.get(mark);
        boolean ours = Arrays.equals(mark, MARK) && json > 0 && json < Integer.MAX_VALUE / 2;
        return ours ? Optional.of(HEAD_BYTES + json + FOOTER_BYTES) : Optional.empty();
    }

    /** The JSON of a whole index frame; empty if a bit is wrong. */
    static Optional<byte[]> indexJson(byte[] frame) {
        ByteBuffer head = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        boolean ours = head.getInt() == INDEX_MAGIC;
        return ours ? json(frame, FOOTER_BYTES) : Optional.empty();
    }

    private static Optional<byte[]> json(byte[] frame, int tail) {
        int end = frame.length - tail;
        ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        CRC32C crc = new CRC32C();
        crc.update(frame, 0, end);
        boolean whole =
                bytes.getInt(4) == frame.length - HEAD_BYTES
                        && bytes.getInt(end) == (int) crc.getValue();
        return whole ? Optional.of(Arrays.copyOfRange(frame, HEAD_BYTES, end)) : Optional.empty();
    }

    private static ByteBuffer frame(int magic, byte[] json, int tail) {
        return ByteBuffer.allocate(HEAD_BYTES + json.length + tail)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(magic)
                .putInt(json.length + tail)
                .put(json);
    }

    private static int crc(ByteBuffer written) {
        CRC32C crc = new CRC32C();
        crc.update(written.array(), 0, written.position());
        return (int) crc.getValue();
    }
}
