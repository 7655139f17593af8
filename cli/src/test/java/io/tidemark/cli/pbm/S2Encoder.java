package io.tidemark.cli.pbm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/** Frames as s2 has them, larger than snappy's, with its identifier, around snappy's blocks. */
final class S2Encoder {
    private static final int BLOCK_BYTES = 1 << 20;

    private S2Encoder() {}

    static byte[] encode(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        chunk(out, 0xFF, "S2sTwO".getBytes(StandardCharsets.US_ASCII));
        for (int at = 0; at < plain.length; at += BLOCK_BYTES) {
            byte[] block = Arrays.copyOfRange(plain, at, Math.min(plain.length, at + BLOCK_BYTES));
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(checksum(block));
            body.writeBytes(Snappy.compress(block));
            chunk(out, 0, body.toByteArray());
        }
        // An index, which readers pass over.
        chunk(out, 0x99, new byte[17]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, int type, byte[] body) {
        out.write(type);
        out.write(body.length);
        out.write(body.length >> 8);
        out.write(body.length >> 16);
        out.writeBytes(body);
    }

    private static byte[] checksum(byte[] block) {
        CRC32C crc = new CRC32C();
        crc.update(block);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xA282EAD8;
        return new byte[] {
            (byte) masked, (byte) (masked >> 8), (byte) (masked >> 16), (byte) (masked >> 24)
        };
    }
}
