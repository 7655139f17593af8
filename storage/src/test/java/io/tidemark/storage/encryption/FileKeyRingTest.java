package io.tidemark.storage.encryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileKeyRingTest {
    private static final String OLD = "old = " + base64(1);
    private static final String NEW = "new = " + base64(2);
    @TempDir Path folder;

    @Test
    void theFirstKeyWrapsAndTheOthersStillOpen() throws IOException {
        DataKey before = ring(OLD).newDataKey("x".getBytes(UTF_8));
        KeyRing rotated = ring("# newest first", NEW, "", OLD);

        assertThat(rotated.newDataKey("x".getBytes(UTF_8)).keyId()).isEqualTo("new");
        assertThat(rotated.unwrap("old", before.wrapped())).contains(before);
    }

    @Test
    void theSameContextGivesTheSameKeyAndAnotherAnother() throws IOException {
        KeyRing ring = ring(OLD);

        assertThat(ring.newDataKey("a".getBytes(UTF_8)))
                .isEqualTo(ring.newDataKey("a".getBytes(UTF_8)));
        assertThat(ring.newDataKey("a".getBytes(UTF_8)).secret())
                .isNotEqualTo(ring.newDataKey("b".getBytes(UTF_8)).secret());
    }

    @Test
    void anUnknownKeyIsToldAndAWrongOneRefused() throws IOException {
        DataKey key = ring(OLD).newDataKey(new byte[1]);

        assertThat(ring(NEW).unwrap("old", key.wrapped())).isEmpty();
        KeyRing impostor = ring("old = " + base64(3));
        assertThatThrownBy(() -> impostor.unwrap("old", key.wrapped()))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("'old'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# none", "name", "a = zz", "a = QUJD", "a b = x", "= x"})
    void refusesRingsWithoutAUsableKeyAndNeverShowsOne(String line) {
        assertThatThrownBy(() -> ring(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("QUJD");
    }

    @Test
    void refusesTwoKeysOfOneName() {
        assertThatThrownBy(() -> ring(OLD, "old = " + base64(5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2");
    }

    private FileKeyRing ring(String... lines) throws IOException {
        Path file = Files.createTempFile(folder, "ring", ".txt");
        Files.write(file, java.util.List.of(lines));
        return FileKeyRing.read(file);
    }

    private static String base64(int value) {
        byte[] key = new byte[32];
        key[31] = (byte) value;
        return Base64.getEncoder().encodeToString(key);
    }
}
