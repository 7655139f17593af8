package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
    @TempDir private Path folder;

    @Test
    void isGoneWithAllThatIsInItWhenItIsClosed() throws IOException {
        try (ScratchFolder scratch = ScratchFolder.in(folder, "test")) {
            Files.writeString(Files.createDirectory(scratch.path().resolve("a")).resolve("b"), "c");
        }

        assertThat(folder).isEmptyDirectory();
    }

    /** As where the disk is full: not a bug, and something that the operator can mend. */
    @Test
    void whereNoneCanBeMadeItSaysWhatToDo() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> ScratchFolder.in(file, "test"))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("java.io.tmpdir");
    }
}
