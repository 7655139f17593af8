package io.tidemark.embedded.mongo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** The folder of recorded data beside the repository; tests that need it are skipped without it. */
public final class SharedData {
    private SharedData() {}

    public static Path file(String name) {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        Path file =
                root == null
                        ? Path.of(name)
                        : root.resolveSibling("shared").resolve("data").resolve(name);
        assumeTrue(Files.exists(file), () -> "Skipped: recorded data not found at " + file);
        return file;
    }

    /** Documents of a file of concatenated BSON. */
    public static List<BsonDocument> bson(String name) {
        try {
            byte[] all = Files.readAllBytes(file(name));
            List<BsonDocument> found = new ArrayList<>();
            int at = 0;
            while (at < all.length) {
                int size = ByteBuffer.wrap(all, at, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
                found.add(new RawBsonDocument(Arrays.copyOfRange(all, at, at + size)));
                at += size;
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name, e);
        }
    }

    public static List<BsonDocument> jsonLines(String name) {
        try {
            return Files.readAllLines(file(name)).stream()
                    .filter(line -> !line.isBlank())
                    .map(BsonDocument::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name, e);
        }
    }
}
