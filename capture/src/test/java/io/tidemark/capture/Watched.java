package io.tidemark.capture;

import io.tidemark.metrics.MetricsServer;
import io.tidemark.metrics.ServiceMeters;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Map;

/** An agent with its endpoint, and a scraper and prober of it. */
final class Watched implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private final ServiceMeters meters = new ServiceMeters();
    private final CaptureAgent agent;
    private final MetricsServer server;

    Watched(SchemaRegistry registry, Map<String, String> settings) {
        settings.put("metrics.port", "0");
        CaptureConfig config = CaptureConfig.of(settings);
        agent = new CaptureAgent(config, registry, "a", Clock.systemUTC(), meters.registry());
        server = MetricsServer.start(config.metrics(), meters, agent::health);
        agent.start();
    }

    HttpResponse<String> get(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri().orElseThrow().resolve(path)).build();
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + request.uri(), e);
        }
    }

    int health() {
        return get("/healthz").statusCode();
    }

    /** A meter of rs0, or one without a replica set; NaN if it is not there. */
    double value(String name) {
        for (String line : get("/metrics").body().split("\n")) {
            if (line.startsWith(name + "{replica_set=\"rs0\"} ") || line.startsWith(name + " ")) {
                return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return Double.NaN;
    }

    @Override
    public void close() {
        server.close();
        agent.close();
        meters.close();
    }
}
