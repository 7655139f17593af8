package io.tidemark.capture;

import io.tidemark.metrics.MetricsServer;
import io.tidemark.metrics.ServiceMeters;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.config.ConfigValues;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one capture agent until the process is asked to end. Settings come from a file (first
 * argument, optional) and, above it, from {@code TIDEMARK_CAPTURE_…} environment variables.
 *
 * <p>Exit codes: 0 stopped in order, 1 a bug, 2 the configuration can't be used.
 */
public final class CaptureMain {
    private static final Logger LOGGER = LoggerFactory.getLogger(CaptureMain.class);
    private static final String ENVIRONMENT_PREFIX = "TIDEMARK_CAPTURE_";

    private static final String LARGEST_KEPT = "jdk.nio.maxCachedBufferSize";

    private CaptureMain() {}

    public static void main(String[] args) {
        int code = run(args, System.getenv());
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Returns when the agent has ended: by a signal, or because a thread failed. */
    static int run(String[] args, Map<String, String> environment) {
        CaptureConfig config;
        try {
            config = CaptureConfig.of(values(args, environment));
        } catch (ConfigException | IOException e) {
            LOGGER.atError().addKeyValue("error", e.getMessage()).log("Capture can't start");
            return 2;
        }
        try {
            return run(config);
        } catch (ConfigException e) {
            LOGGER.atError().addKeyValue("error", e.getMessage()).log("Capture can't start");
            return 2;
        }
    }

    /**
     * As {@link #main}, with settings that were read already. Blocks until the end.
     *
     * @throws ConfigException if metrics can't be served where they should
     */
    @SuppressWarnings("try") // the server is there to be closed
    public static int run(CaptureConfig config) {
        // Java keeps a direct buffer as large as the greatest one ever sent, for each thread that
        // sends: 16 MiB for each replica set, outside the heap.
        if (System.getProperty(LARGEST_KEPT) == null) {
            System.setProperty(LARGEST_KEPT, Integer.toString(1 << 20));
        }
        try (ServiceMeters meters = new ServiceMeters();
                SnapshotOperations snapshots = SnapshotOperations.of(config, agentName())) {
            CaptureAgent agent =
                    new CaptureAgent(
                            config,
                            new ConfluentRestRegistry(config.registry()),
                            agentName(),
                            Clock.systemUTC(),
                            meters.registry(),
                            snapshots.operations());
            try (MetricsServer server =
                    MetricsServer.start(config.metrics(), meters, agent::health)) {
                return run(agent);
            }
        }
    }

    private static int run(CaptureAgent agent) {
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "capture-shutdown"));
        agent.start();
        try {
            agent.ended().join();
            return 0;
        } catch (CompletionException e) {
            LOGGER.atError().setCause(e.getCause()).log("Capture ends because a thread failed");
            agent.close();
            return 1;
        }
    }

    private static Map<String, String> values(String[] args, Map<String, String> environment)
            throws IOException {
        Map<String, String> values = new TreeMap<>();
        if (args.length > 0) {
            values.putAll(ConfigValues.fromFile(Path.of(args[0])));
        }
        values.putAll(ConfigValues.fromEnvironment(environment, ENVIRONMENT_PREFIX));
        return values;
    }

    private static String agentName() {
        long process = ProcessHandle.current().pid();
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + process;
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.getMessage()).log("No host name");
            return "agent-" + process;
        }
    }
}
