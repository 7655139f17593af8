package io.tidemark.streams.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tidemark.streams.view.TimelineViews;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the timeline over HTTP until it is closed. */
public final class TimelineServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TimelineServer.class);

    /** Enough for people and one scraper; the rest waits. */
    private static final int THREADS = 16;

    private static final Duration STOP = Duration.ofSeconds(5);

    /** Connections that wait for a next request need no longer at the end. */
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(50);

    private static final String LOADING_PAUSE_SECONDS = "5";

    /** The page loads nothing from elsewhere, runs no inline script and stands in no frame. */
    private static final String CONTENT_SECURITY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                    + " img-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private final Javalin javalin;
    private final TimelineMetrics metrics;
    private final String host;

    private TimelineServer(Javalin javalin, TimelineMetrics metrics, String host) {
        this.javalin = javalin;
        this.metrics = metrics;
        this.host = host;
    }

    /**
     * Listens at once, also while {@code views} has nothing yet: then it answers 503 and says so.
     *
     * @param more further meters for {@code /metrics}
     * @throws io.javalin.util.JavalinBindException if the address is in use
     */
    public static TimelineServer start(
            TimelineViews views, HttpConfig config, MeterBinder... more) {
        return start(views, config, Clock.systemUTC(), more);
    }

    static TimelineServer start(
            TimelineViews views, HttpConfig config, Clock clock, MeterBinder... more) {
        TimelineApi api = new TimelineApi(views, config, clock);
        TimelineMetrics metrics = new TimelineMetrics(views, clock, List.of(more));
        Javalin javalin =
                Javalin.create(
                        javalinConfig -> {
                            settings(javalinConfig);
                            routes(javalinConfig.routes, api, metrics);
                            failures(javalinConfig.routes);
                        });
        try {
            javalin.start(config.host(), config.port());
        } catch (RuntimeException notStarted) {
            metrics.close();
            throw notStarted;
        }
        TimelineServer server = new TimelineServer(javalin, metrics, config.host());
        LOGGER.atInfo().addKeyValue("uri", server.uri()).log("Timeline is served");
        return server;
    }

    /** Where it listens, with the port that was free if 0 was asked for. */
    public URI uri() {
        return URI.create("http://" + host + ":" + javalin.port() + "/");
    }

    /** Requests under way have some seconds to end. */
    @Override
    public void close() {
        for (Connector connector : javalin.jettyServer().server().getConnectors()) {
            if (connector instanceof AbstractConnector own) {
                own.setShutdownIdleTimeout(IDLE_AT_STOP.toMillis());
            }
        }
        javalin.stop();
        metrics.close();
    }

    private static void settings(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
        threads.setName("timeline-http");
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> server.setStopTimeout(STOP.toMillis()));
        config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    }

    private static void routes(RoutesConfig routes, TimelineApi api, TimelineMetrics metrics) {
        routes.before(TimelineServer::guard);
        PageFiles.load()
                .forEach(
                        (path, file) ->
                                routes.get(
                                        path,
                                        context ->
                                                Responses.tagged(
                                                        context, file.type(), file.bytes())));
        routes.get("/api/windows", api::windows);
        routes.get("/api/explain", api::explain);
        routes.get("/api/events", api::events);
        routes.get("/api/shards", api::shards);
        routes.get("/api/cluster", api::cluster);
        routes.get("/healthz", api::health);
        routes.get(
                "/metrics",
                context ->
                        context.contentType("text/plain; version=0.0.4; charset=utf-8")
                                .header("Cache-Control", "no-store")
                                .result(metrics.scrape()));
    }

    private static void guard(Context context) {
        context.header("Content-Security-Policy", CONTENT_SECURITY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer");
    }

    private static void failures(RoutesConfig routes) {
        routes.exception(
                BadParameter.class, (bad, context) -> Responses.problem(context, bad.problem()));
        routes.exception(
                TimelineApi.StillLoading.class,
                (loading, context) -> {
                    context.header("Retry-After", LOADING_PAUSE_SECONDS);
                    Responses.problem(context, Problem.of(503, loading.getMessage()));
                });
        routes.exception(
                HttpResponseException.class,
                (refused, context) -> Responses.problem(context, refusal(refused, context)));
        routes.exception(
                Exception.class,
                (bug, context) -> {
                    LOGGER.atError()
                            .setCause(bug)
                            .addKeyValue("path", context.path())
                            .log("A request failed");
                    Responses.problem(
                            context,
                            Problem.of(
                                    500, "A bug in Tidemark; this process's log has the details."));
                });
    }

    private static Problem refusal(HttpResponseException refused, Context context) {
        int status = refused.getStatus();
        String what = context.method() + " " + context.path();
        if (status == 405) {
            context.header("Allow", "GET, HEAD");
            return Problem.of(405, what + ": everything here is read-only. Allowed: GET, HEAD.");
        }
        if (status == 404) {
            return Problem.of(
                    404, what + ": there is no such path. /openapi.yaml lists those there are.");
        }
        return Problem.of(status, what + ": " + refused.getMessage());
    }
}
