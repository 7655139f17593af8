package io.tidemark.streams;

import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.config.ConfigValues;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.streams.http.TimelineServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code StreamsMain [FILE]}: one timeline instance until SIGTERM. Settings from the file and,
 * above it, from environment variables {@code TIDEMARK_STREAMS_…} (see {@link StreamsConfig}).
 *
 * <p>Exit codes: 0 stopped in order, 1 a bug, 2 the configuration can't be used, 5 a record can't
 * be read, 6 Kafka or the registry can't be reached.
 */
public final class StreamsMain {
    private static final Logger LOGGER = LoggerFactory.getLogger(StreamsMain.class);

    private StreamsMain() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments, System.getenv()));
    }

    static int run(String[] arguments, Map<String, String> environment) {
        try {
            Map<String, String> values = new TreeMap<>();
            if (arguments.length > 0) {
                values.putAll(ConfigValues.fromFile(Path.of(arguments[0])));
            }
            values.putAll(ConfigValues.fromEnvironment(environment, "TIDEMARK_STREAMS_"));
            return run(StreamsConfig.of(values));
        } catch (ConfigException | IOException e) {
            LOGGER.error(e.getMessage());
            return Failure.USAGE;
        }
    }

    /** As {@link #main}, with settings that were read already. Blocks until the end. */
    public static int run(StreamsConfig config) {
        LOGGER.info("Settings: {}", config);
        try (StreamsApp app =
                new StreamsApp(config, new ConfluentRestRegistry(config.registry()))) {
            Runtime.getRuntime().addShutdownHook(new Thread(app::close, "streams-shutdown"));
            try (TimelineServer server = TimelineServer.start(app.views(), config.http())) {
                LOGGER.info("The timeline is at {}", server.uri());
                app.start();
                app.ended().join();
                return 0;
            }
        } catch (CompletionException e) {
            LOGGER.error("The timeline stops: {}", e.getCause().getMessage(), e.getCause());
            return Failure.exitCode(e.getCause());
        } catch (RuntimeException e) {
            LOGGER.error("The timeline can't start: {}", e.getMessage(), e);
            return Failure.exitCode(e);
        }
    }
}
