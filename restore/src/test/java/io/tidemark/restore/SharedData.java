package io.tidemark.restore;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of recorded MongoDB data beside the repository; a user's clone has none. */
public final class SharedData {
    private SharedData() {}

    /** Skips the test, with a message, where the folder is absent. */
    public static Path path(String name) {
        Path folder = repository().resolveSibling("shared").resolve("data");
        Path file = folder.resolve(name);
        assumeTrue(
                Files.exists(file),
                "needs the recorded MongoDB data in " + folder + ", which is not there");
        return file;
    }

    private static Path repository() {
        Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder == null ? Path.of("/") : folder;
    }
}
