package io.tidemark.cli.dump;

import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.xerial.snappy.SnappyFramedInputStream;

/** Opens a file of a backup; what it is compressed with is seen from its first bytes. */
final class InputFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_BYTES = 4;

    private InputFile() {}

    /**
     * The file's content, decompressed: gzip, zstd and framed snappy (as Percona Backup writes its
     * slices) are known; anything else is given as it is.
     *
     * @throws CommandFailure if there is no such file, or it can't be read
     */
    static InputStream open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no file " + path + ". Give the path of an existing file.");
        }
        try {
            return decompressed(path);
        } catch (IOException unreadable) {
            throw unreadable(path, unreadable);
        }
    }

    static CommandFailure unreadable(Path path, IOException cause) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "File "
                        + path
                        + " can't be read to its end: "
                        + cause.getMessage()
                        + ". It may be cut off or damaged; nothing of it was made part of the"
                        + " archive. Copy it again from where it was written.",
                cause);
    }

    // The stream returned owns the file's; a failure in between closes it.
    private static InputStream decompressed(Path path) throws IOException {
        BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
        try {
            raw.mark(MAGIC_BYTES);
            byte[] magic = raw.readNBytes(MAGIC_BYTES);
            raw.reset();
            if (startsWith(magic, 0x1F, 0x8B)) {
                return new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES));
            }
            if (startsWith(magic, 0x28, 0xB5, 0x2F, 0xFD)) {
                return new BufferedInputStream(new ZstdInputStream(raw), BUFFER_BYTES);
            }
            if (startsWith(magic, 0xFF, 0x06, 0x00, 0x00)) {
                return new BufferedInputStream(new SnappyFramedInputStream(raw), BUFFER_BYTES);
            }
            return raw;
        } catch (IOException | RuntimeException failed) {
            raw.close();
            throw failed;
        }
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xFF) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
