package io.tidemark.cli;

import io.tidemark.storage.encryption.FileKeyRing;
import io.tidemark.storage.frames.FrameKeys;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The keys that open what is sealed in the archive, and seal what a verb stores. */
public final class KeyRingOption {
    @Option(
            names = "--encryption.keys",
            paramLabel = "FILE",
            description =
                    "The key ring of an encrypted archive, as the sink's setting of the same name."
                            + " What a verb stores is sealed with it too. Not needed where objects"
                            + " lie in the clear.")
    private Path file;

    /** Nothing opens sealed objects if no file was named. */
    public FrameKeys keys() {
        if (file == null) {
            return FrameKeys.NONE;
        }
        try {
            return FrameKeys.of(FileKeyRing.read(file));
        } catch (NoSuchFileException absent) {
            throw unreadable("there is no such file");
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(e.getMessage());
        }
    }

    private CommandFailure unreadable(String why) {
        return new CommandFailure(
                ExitCode.USAGE, "The key ring '" + file + "' can't be read: " + why + ".");
    }
}
