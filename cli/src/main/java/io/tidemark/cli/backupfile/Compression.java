package io.tidemark.cli.backupfile;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;

/**
 * The ways in which backup tools compress files, told apart by how such files begin: names lie
 * (Percona Backup calls s2 {@code .snappy} in some versions).
 */
enum Compression {
    /** RFC 1952; pgzip writes the same. */
    GZIP(0x1F, 0x8B, 8) {
        @Override
        InputStream decompress(InputStream stored) throws IOException {
            return new GZIPInputStream(stored, BUFFER_BYTES);
        }
    },
    /** RFC 8878. */
    ZSTD(0x28, 0xB5, 0x2F, 0xFD) {
        @Override
        InputStream decompress(InputStream stored) throws IOException {
            return new ZstdInputStream(stored);
        }
    },
    /** The frame format of lz4. */
    LZ4(0x04, 0x22, 0x4D, 0x18) {
        @Override
        InputStream decompress(InputStream stored) throws IOException {
            return new LZ4FrameInputStream(stored);
        }
    },
    /** Percona Backup's own encryption ({@code PBME}, pbm/encrypt): recognised, not read. */
    ENCRYPTED('P', 'B', 'M', 'E') {
        @Override
        InputStream decompress(InputStream stored) throws IOException {
            throw new IOException(
                    "it is encrypted by Percona Backup, which is not supported: bring in a backup"
                            + " that was taken without encryption");
        }
    },
    SNAPPY(S2InputStream.SNAPPY_IDENTIFIER) {
        @Override
        InputStream decompress(InputStream stored) {
            return new S2InputStream(stored);
        }
    },
    S2(S2InputStream.S2_IDENTIFIER) {
        @Override
        InputStream decompress(InputStream stored) {
            return new S2InputStream(stored);
        }
    };

    static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_MAGIC = 10;

    private final byte[] magic;

    Compression(int... magic) {
        this.magic = new byte[magic.length];
        for (int i = 0; i < magic.length; i++) {
            this.magic[i] = (byte) magic[i];
        }
    }

    /** A whole stream identifier chunk: its first four bytes could begin a BSON document, too. */
    Compression(String identifier) {
        byte[] text = identifier.getBytes(StandardCharsets.US_ASCII);
        this.magic = new byte[4 + text.length];
        this.magic[0] = (byte) 0xFF;
        this.magic[1] = (byte) text.length;
        System.arraycopy(text, 0, magic, 4, text.length);
    }

    abstract InputStream decompress(InputStream stored) throws IOException;

    /** The stream returned owns {@code stored}, which is closed if this fails. */
    static InputStream decompressed(InputStream stored) throws IOException {
        BufferedInputStream in = new BufferedInputStream(stored, BUFFER_BYTES);
        try {
            in.mark(LONGEST_MAGIC);
            byte[] head = in.readNBytes(LONGEST_MAGIC);
            in.reset();
            for (Compression each : List.of(values())) {
                if (each.begins(head)) {
                    InputStream plain = DecompressedStream.step(() -> each.decompress(in));
                    return new BufferedInputStream(new DecompressedStream(plain), BUFFER_BYTES);
                }
            }
            return in;
        } catch (IOException | RuntimeException failed) {
            in.close();
            throw failed;
        }
    }

    private boolean begins(byte[] head) {
        return head.length >= magic.length
                && java.util.Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
    }
}
