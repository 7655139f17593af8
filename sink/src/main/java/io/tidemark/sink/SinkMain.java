package io.tidemark.sink;

import io.tidemark.metrics.MetricsServer;
import io.tidemark.metrics.ServiceMeters;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.config.ConfigValues;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.UnreachableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code SinkMain [FILE]}: one worker until SIGTERM. Settings from the file and, above it, from
 * environment variables {@code TIDEMARK_SINK_…} (see {@link SinkConfig}).
 */
public final class SinkMain {
    private static final Logger LOGGER = LoggerFactory.getLogger(SinkMain.class);
    private static final int USAGE = 2;
    private static final int DAMAGED = 5;
    private static final int UNREACHABLE = 6;
    private static final int FENCED = 8;

    private SinkMain() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments, System.getenv()));
    }

    static int run(String[] arguments, Map<String, String> environment) {
        try {
            Map<String, String> values = new TreeMap<>();
            if (arguments.length > 0) {
                values.putAll(ConfigValues.fromFile(Path.of(arguments[0])));
            }
            values.putAll(ConfigValues.fromEnvironment(environment, "TIDEMARK_SINK_"));
            SinkConfig config = SinkConfig.of(values);
            LOGGER.info("Settings: {}", config);
            return run(config);
        } catch (ConfigException | IOException e) {
            LOGGER.error(e.getMessage());
            return USAGE;
        }
    }

    /**
     * As {@link #main}, with settings that were read already. Blocks until the end.
     *
     * @throws ConfigException if metrics can't be served where they should
     */
    @SuppressWarnings("try") // the server is there to be closed
    public static int run(SinkConfig config) throws IOException {
        try (ServiceMeters all = new ServiceMeters()) {
            SinkMeters meters =
                    new SinkMeters(all.registry(), config, Clock.systemUTC(), System::nanoTime);
            try (MetricsServer server =
                    MetricsServer.start(config.metrics(), all, meters::health)) {
                return run(config, meters);
            }
        }
    }

    private static int run(SinkConfig config, SinkMeters meters) throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        try (Sink sink = Sink.of(config, meters)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(sink, config, closed)));
            sink.run();
            return 0;
        } catch (RuntimeException e) {
            LOGGER.error("The sink stops: {}", e.getMessage(), e);
            return exitCode(e);
        } finally {
            closed.countDown();
        }
    }

    /** The process must not end before the last slices are put. */
    private static void stop(Sink sink, SinkConfig config, CountDownLatch closed) {
        sink.stop();
        try {
            if (!closed.await(config.stop().toMillis() * 2, TimeUnit.MILLISECONDS)) {
                LOGGER.warn("The sink did not end in time; the next one reads again what is left");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int exitCode(RuntimeException e) {
        if (e instanceof DamagedObjectException) {
            return DAMAGED;
        }
        if (e instanceof io.tidemark.storage.object.FencedException) {
            return FENCED;
        }
        boolean unreachable =
                e instanceof UnreachableException
                        || e instanceof io.tidemark.sink.consume.TopicsRefusedException
                        || e instanceof io.tidemark.schemas.registry.SchemaRegistryException;
        return unreachable ? UNREACHABLE : 1;
    }
}
