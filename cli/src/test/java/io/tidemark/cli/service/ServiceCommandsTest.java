package io.tidemark.cli.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceCommandsTest {
    @TempDir private Path folder;

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("capture.properties"),
                        "cluster = shop\nsource.url = mongodb://a:1/\ncommit.entries = many\n");

        CommandRun run = CommandRun.of("capture", "--config", config.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains("source.uri is missing")
                .contains("did you mean source.uri?")
                .contains("commit.entries")
                .contains("kafka.bootstrap.servers is missing")
                .contains("registry.urls is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"capture", "sink", "streams"})
    void secretsAreRefusedAsFlags(String service) {
        CommandRun run = CommandRun.of(service, "--set", "registry.password=hunter2");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("registry.password").doesNotContain("hunter2");
    }

    @Test
    void aFlagStandsAboveTheFile() throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("sink.properties"),
                        "cluster = shop\nbucket = file:x\nslice.max.bytes = 5\n");

        CommandRun run =
                CommandRun.of(
                        "sink", "--config", config.toString(), "--set", "slice.max.bytes=7MiB");

        assertThat(run.err()).contains("kafka.bootstrap.servers").doesNotContain("slice.max.bytes");
    }
}
