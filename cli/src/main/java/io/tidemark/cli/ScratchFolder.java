package io.tidemark.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder, removed with all that is in it; also when the process is interrupted. */
public final class ScratchFolder implements AutoCloseable {
    private final Path path;
    private final Thread hook = new Thread(this::removeQuietly, "scratch-folder");

    private ScratchFolder(Path path) {
        this.path = path;
    }

    /**
     * In the system's temporary directory.
     *
     * @throws CommandFailure if none can be made there
     */
    public static ScratchFolder create(String purpose) {
        return in(Path.of(System.getProperty("java.io.tmpdir")), purpose);
    }

    static ScratchFolder in(Path parent, String purpose) {
        try {
            ScratchFolder folder =
                    new ScratchFolder(Files.createTempDirectory(parent, "tidemark-" + purpose));
            Runtime.getRuntime().addShutdownHook(folder.hook);
            return folder;
        } catch (IOException refused) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "A temporary folder can't be made in "
                            + parent
                            + " ("
                            + refused
                            + "). See that it exists, is writable by this user and not full, or"
                            + " name another by TIDEMARK_JAVA_OPTS=-Djava.io.tmpdir=DIR. Nothing"
                            + " was done.",
                    refused);
        }
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs already, and removes the folder.
            return;
        }
        remove();
    }

    private void removeQuietly() {
        try {
            remove();
        } catch (IOException left) {
            System.err.println("tidemark: " + path + " was not removed: " + left.getMessage());
        }
    }

    private void remove() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> contents;
        try (Stream<Path> walk = Files.walk(path)) {
            contents = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : contents) {
            Files.deleteIfExists(each);
        }
    }
}
