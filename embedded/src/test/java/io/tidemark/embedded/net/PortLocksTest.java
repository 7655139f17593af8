package io.tidemark.embedded.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PortLocksTest {
    @Test
    void aPortIsAnotherProcesssAsLongAsThatLives() throws Exception {
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                Chooser.class.getName())
                        .start();
        try (BufferedReader out = other.inputReader(StandardCharsets.UTF_8)) {
            List<Integer> ports =
                    List.of(out.readLine().split(",")).stream().map(Integer::valueOf).toList();
            assertThat(ports).hasSize(20).doesNotHaveDuplicates();
            for (int port : ports) {
                assertThat(PortLocks.lock(port)).as("port %d while it is chosen", port).isFalse();
            }
            other.destroyForcibly();
            assertThat(other.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(PortLocks.lock(ports.get(0))).as("once that process is gone").isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aPortThatIsGivenBackMayBeChosenAgain() throws Exception {
        int port = LoopbackPort.free();
        assertThatThrownBy(() -> PortLocks.lock(port))
                .isInstanceOf(OverlappingFileLockException.class);
        LoopbackPort.release(port);
        LoopbackPort.release(port);
        assertThat(PortLocks.lock(port)).isTrue();
        PortLocks.unlock(port);
    }

    /** Chooses ports, names them, and lives on. */
    static final class Chooser {
        private Chooser() {}

        public static void main(String[] args) throws Exception {
            StringBuilder ports = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                ports.append(i == 0 ? "" : ",").append(LoopbackPort.free());
            }
            System.out.println(ports);
            Thread.sleep(Duration.ofMinutes(10).toMillis());
        }
    }
}
