package io.tidemark.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import io.tidemark.schemas.config.ConfigException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} and {@code /healthz} of one service, read-only, until it is closed: 200
 * while the service gets on with its work, else 503, with words in both cases.
 */
public final class MetricsServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MetricsServer.class);

    /** A scraper, a prober and a person; few, as agents run in small heaps. */
    private static final int THREADS = 8;

    private static final Duration STOP = Duration.ofSeconds(2);

    /** Connections that wait for a next request need no longer at the end. */
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(50);

    private final Optional<Javalin> javalin;
    private final String host;

    private MetricsServer(Optional<Javalin> javalin, String host) {
        this.javalin = javalin;
        this.host = host;
    }

    /**
     * Listens, if a port is configured.
     *
     * @param health asked for each request to {@code /healthz}; must not block
     * @throws ConfigException if the address can't be listened on
     */
    public static MetricsServer start(
            MetricsConfig config, ServiceMeters meters, Supplier<Health> health) {
        if (config.port().isEmpty()) {
            return new MetricsServer(Optional.empty(), config.host());
        }
        Javalin javalin = Javalin.create(settings -> settings(settings, meters, health));
        try {
            javalin.start(config.host(), config.port().getAsInt());
        } catch (JavalinBindException taken) {
            throw new ConfigException(
                    List.of(
                            "metrics.port: "
                                    + config.host()
                                    + ":"
                                    + config.port().getAsInt()
                                    + " can't be listened on ("
                                    + taken.getMessage()
                                    + "). Choose another port or host"));
        }
        MetricsServer server = new MetricsServer(Optional.of(javalin), config.host());
        LOGGER.atInfo().addKeyValue("uri", server.uri().orElseThrow()).log("Metrics are served");
        return server;
    }

    /**
     * Where it listens, with the port that was free if 0 was asked for; empty if nothing is served.
     */
    public Optional<URI> uri() {
        return javalin.map(j -> URI.create("http://" + host + ":" + j.port() + "/"));
    }

    @Override
    public void close() {
        javalin.ifPresent(MetricsServer::stop);
    }

    private static void stop(Javalin javalin) {
        for (Connector connector : javalin.jettyServer().server().getConnectors()) {
            if (connector instanceof AbstractConnector own) {
                own.setShutdownIdleTimeout(IDLE_AT_STOP.toMillis());
            }
        }
        javalin.stop();
    }

    private static void settings(
            JavalinConfig config, ServiceMeters meters, Supplier<Health> health) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
        threads.setName("metrics-http");
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> server.setStopTimeout(STOP.toMillis()));
        config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        config.routes.get(
                "/metrics",
                context ->
                        context.contentType("text/plain; version=0.0.4; charset=utf-8")
                                .header("Cache-Control", "no-store")
                                .result(meters.text()));
        config.routes.get("/healthz", context -> answer(context, health.get()));
    }

    private static void answer(Context context, Health health) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("status", health.isOk() ? "ok" : "failing");
        json.put("message", health.isOk() ? health.message() : words(health));
        ArrayNode problems = json.putArray("problems");
        health.problems()
                .forEach(
                        each ->
                                problems.addObject()
                                        .put("part", each.part())
                                        .put("message", each.message()));
        context.status(health.isOk() ? 200 : 503)
                .header("Cache-Control", "no-store")
                .contentType("application/json; charset=utf-8")
                .result(json.toString());
    }

    private static String words(Health health) {
        StringBuilder words = new StringBuilder();
        health.problems()
                .forEach(
                        each ->
                                words.append(words.isEmpty() ? "" : " ")
                                        .append(each.part())
                                        .append(": ")
                                        .append(each.message()));
        return words.toString();
    }
}
