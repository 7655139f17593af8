package io.tidemark.cli.backupfile;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * A file of a backup. It may be opened again and again and gives the same bytes each time; {@code
 * toString} tells where it is, for messages.
 */
public interface BackupFile {
    /** The last part of its name. */
    String shortName();

    /**
     * Its bytes as they are stored; the caller closes the stream.
     *
     * @throws CommandFailure if there is no such file
     */
    InputStream openStored() throws IOException;

    static BackupFile of(Path path) {
        return new DiskFile(path);
    }

    /**
     * Its content, decompressed by what its first bytes say: gzip, zstd, snappy, s2 and lz4 are
     * known; anything else is given as it is. Reading it throws an {@link IOException} where the
     * compression's own checksums don't fit or the file is cut off.
     *
     * @throws CommandFailure if there is no such file, or it can't be read
     */
    default InputStream open() {
        try {
            return Compression.decompressed(openStored());
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    /** The failure that reading it led to, in words. */
    default CommandFailure unreadable(IOException cause) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "File "
                        + this
                        + " can't be read to its end: "
                        + cause.getMessage()
                        + ". It may be cut off or damaged; nothing of it was made part of the"
                        + " archive. Copy it again from where it was written.",
                cause);
    }

    /** The failure of a file whose content is not what it should be. */
    default CommandFailure damaged(String what) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "File "
                        + this
                        + " "
                        + what
                        + ". Nothing of this import was made part of the archive. Copy the file"
                        + " again from where it was written, or choose another backup.");
    }
}
