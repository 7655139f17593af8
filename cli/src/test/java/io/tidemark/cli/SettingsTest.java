package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir private Path folder;

    @Test
    void theEnvironmentStandsAboveTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("t.properties"), "bucket = file:a\ncluster=b");

        Settings settings = Settings.read(Optional.of(file), Map.of("TIDEMARK_BUCKET", "file:c"));

        assertThat(settings.get("bucket")).contains("file:c");
        assertThat(settings.get("cluster")).contains("b");
        assertThat(settings.get("policy")).isEmpty();
    }

    @Test
    void theEnvironmentMayNameTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("t.properties"), "slice.max.bytes = 5");

        Settings settings =
                Settings.read(Optional.empty(), Map.of("TIDEMARK_CONFIG", file.toString()));

        assertThat(settings.get("slice.max.bytes")).contains("5");
        assertThat(Settings.variable("slice.max.bytes")).isEqualTo("TIDEMARK_SLICE_MAX_BYTES");
    }
}
