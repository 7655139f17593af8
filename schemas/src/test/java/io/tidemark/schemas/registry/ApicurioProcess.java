package io.tidemark.schemas.registry;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.embedded.net.LoopbackPort;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real registry, Apicurio's, as its own process on 127.0.0.1 with its data in memory. */
final class ApicurioProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(180);
    private static final String HOME = "tidemark.apicurio.home";

    private final Process process;
    private final URI url;

    private ApicurioProcess(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Started once for all tests of this JVM, as it takes its time; ends with the JVM. Skips the
     * test where it is absent.
     */
    static synchronized ApicurioProcess shared() throws IOException, InterruptedException {
        String home = System.getProperty(HOME, "");
        assumeTrue(
                !home.isEmpty(),
                "Skipped: no Apicurio Registry here. Run with -Pregistry-parity (a download of 142"
                        + " MB)");
        if (Shared.instance == null) {
            Shared.instance = start(Path.of(home));
            Runtime.getRuntime().addShutdownHook(new Thread(Shared.instance::close));
        }
        return Shared.instance;
    }

    private static final class Shared {
        static ApicurioProcess instance;
    }

    /** Confluent's API begins here. */
    URI url() {
        return url;
    }

    private static ApicurioProcess start(Path home) throws IOException, InterruptedException {
        int port = LoopbackPort.free();
        Path log = home.resolveSibling("apicurio.log");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process =
                new ProcessBuilder(
                                List.of(
                                        java,
                                        "-Xmx384m",
                                        "-XX:TieredStopAtLevel=1",
                                        "-Dquarkus.http.host=127.0.0.1",
                                        "-Dquarkus.http.port=" + port,
                                        "-cp",
                                        runner(home) + File.pathSeparator + home + "/lib/*",
                                        "io.quarkus.runner.GeneratedMain"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        URI url = URI.create("http://127.0.0.1:" + port + "/apis/ccompat/v7");
        ApicurioProcess started = new ApicurioProcess(process, url);
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!started.answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                started.close();
                throw new IOException("Apicurio did not start: see " + log);
            }
            Thread.sleep(200);
        }
        return started;
    }

    private static Path runner(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No *-runner.jar in " + home));
        }
    }

    private boolean answers() throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/subjects"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        try {
            return HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false; // refused until it listens: what is being waited for
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
