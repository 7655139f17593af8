package io.tidemark.sink;

import io.tidemark.metrics.MetricsServer;
import io.tidemark.metrics.ServiceMeters;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A worker on a thread of this JVM with its endpoint, and a scraper and prober of it. */
final class WatchedSink implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private final ServiceMeters all = new ServiceMeters();
    private final Sink sink;
    private final MetricsServer server;
    private final CompletableFuture<Void> done;

    WatchedSink(Map<String, String> settings) throws IOException {
        Map<String, String> withPort = new HashMap<>(settings);
        withPort.put("metrics.port", "0");
        SinkConfig config = SinkConfig.of(withPort);
        SinkMeters meters =
                new SinkMeters(all.registry(), config, Clock.systemUTC(), System::nanoTime);
        server = MetricsServer.start(config.metrics(), all, meters::health);
        sink = Sink.of(config, meters);
        done = CompletableFuture.runAsync(sink::run);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        if (done.isDone()) {
            done.join();
        }
        return CLIENT.send(
                HttpRequest.newBuilder(server.uri().orElseThrow().resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    int health() throws IOException, InterruptedException {
        return get("/healthz").statusCode();
    }

    /** A meter by its name and, where it has tags, {@code {name="value"}}; NaN if not there. */
    double value(String name) throws IOException, InterruptedException {
        for (String line : get("/metrics").body().split("\n")) {
            if (line.startsWith(name + " ")) {
                return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return Double.NaN;
    }

    double ofRs0(String name) throws IOException, InterruptedException {
        return value("tidemark_sink_" + name + "{replica_set=\"rs0\"}");
    }

    @Override
    public void close() {
        sink.stop();
        try {
            done.exceptionally(failed -> null).join();
        } finally {
            sink.close();
            server.close();
            all.close();
        }
    }
}
