package io.tidemark.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM may come at any moment of a start, which waits for Kafka: that is an end in order. */
class StoppedWhileStartingTest {
    @TempDir private Path folder;

    @Test
    void anInstanceThatIsClosedDoesNotBegin() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StreamsApp app = new StreamsApp(config(silent), new InMemorySchemaRegistry())) {
            app.close();

            app.start();

            assertThat(app.isRunning()).isFalse();
            assertThat(app.ended()).isCompleted();
        }
    }

    /** It waits a second for Kafka: a machine that stands still so long closes it too late. */
    @Test
    void oneThatIsClosedWhileKafkaDoesNotAnswerEndsWithoutAnError() throws Exception {
        boolean ended = false;
        for (int attempt = 0; attempt < 6 && !ended; attempt++) {
            ended = endsWithoutAnErrorWhenClosed();
        }
        assertThat(ended).isTrue();
    }

    private boolean endsWithoutAnErrorWhenClosed() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StreamsApp app = new StreamsApp(config(silent), new InMemorySchemaRegistry())) {
            CompletableFuture<Void> started = CompletableFuture.runAsync(app::start);
            assertThat(silent.accept().isConnected()).isTrue();

            app.close();
            assertThat(app.ended()).isCompleted();
            started.get(2, TimeUnit.MINUTES);
            return true;
        } catch (ExecutionException tooLate) {
            assertThat(tooLate).hasCauseInstanceOf(KafkaUnavailableException.class);
            return false;
        }
    }

    @Test
    void oneThatNobodyClosesSaysThatKafkaDoesNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StreamsApp app = new StreamsApp(config(silent), new InMemorySchemaRegistry())) {
            assertThatThrownBy(app::start).isInstanceOf(KafkaUnavailableException.class);
        }
    }

    /** Takes connections, and says nothing. */
    private StreamsConfig config(ServerSocket silent) {
        return StreamsConfig.of(
                Map.of(
                        "cluster", "shop",
                        "registry.urls", "http://127.0.0.1:9",
                        "state.dir", folder.toString(),
                        "kafka.bootstrap.servers", "127.0.0.1:" + silent.getLocalPort(),
                        "kafka.default.api.timeout.ms", "1000",
                        "kafka.request.timeout.ms", "1000"));
    }
}
