package io.tidemark.embedded.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Registrations in one JSON file, replaced as a whole at each change. */
final class RegistryFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    RegistryFile(Path file) {
        this.file = file;
    }

    Registrations load() throws IOException {
        if (!Files.exists(file)) {
            return new Registrations();
        }
        return Registrations.of(JSON.readValue(file.toFile(), Registrations.Snapshot.class));
    }

    void store(Registrations registrations) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        JSON.writerWithDefaultPrettyPrinter().writeValue(next.toFile(), registrations.snapshot());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
