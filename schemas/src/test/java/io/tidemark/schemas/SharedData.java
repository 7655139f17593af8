package io.tidemark.schemas;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Real oplogs that lie beside a checkout; a user's clone has none, and the tests on them are
 * skipped there.
 */
public final class SharedData {
    private SharedData() {}

    /** The folder of real data; skips the test with a message where it is absent. */
    public static Path folder() {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        Path data =
                root == null ? Path.of("shared") : root.resolveSibling("shared").resolve("data");
        assumeTrue(Files.isDirectory(data), "skipped: no real oplogs in " + data);
        return data;
    }

    /** Every file of concatenated BSON below {@code folder}. */
    public static List<Path> bsonFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".bson")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("can't list " + folder, e);
        }
    }

    /** The documents of a file of concatenated BSON. */
    public static List<byte[]> documents(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            List<byte[]> documents = new ArrayList<>();
            for (int at = 0; at < all.length; ) {
                int size =
                        java.nio.ByteBuffer.wrap(all, at, 4)
                                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                                .getInt();
                documents.add(java.util.Arrays.copyOfRange(all, at, at + size));
                at += size;
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }
}
