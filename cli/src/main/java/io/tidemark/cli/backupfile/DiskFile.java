package io.tidemark.cli.backupfile;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of this machine. */
record DiskFile(Path path) implements BackupFile {
    @Override
    public String shortName() {
        return path.getFileName().toString();
    }

    @Override
    public InputStream openStored() throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no file " + path + ". Give the path of an existing file.");
        }
        return Files.newInputStream(path);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
