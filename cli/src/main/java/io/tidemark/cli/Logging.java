package io.tidemark.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** How much the process logs to stderr. */
final class Logging {
    /** They warn about ordinary life: reconnects while a server starts, deprecated defaults. */
    private static final List<String> TALKATIVE =
            List.of("org.apache.kafka", "kafka", "org.gaul", "org.eclipse.jetty", "org.jclouds");

    private Logging() {}

    /**
     * @param verbosity how often {@code -v} was given
     * @param service whether the verb runs until stopped: then changes of state are logged
     */
    static void configure(int verbosity, boolean service) {
        LogManager.getLogManager().reset();
        SLF4JBridgeHandler.install();
        int level = verbosity + (service ? 1 : 0);
        Level ours = level == 0 ? Level.WARN : level == 1 ? Level.INFO : Level.DEBUG;
        logger("io.tidemark").setLevel(ours);
        Level others = verbosity >= 2 ? Level.INFO : Level.WARN;
        logger(Logger.ROOT_LOGGER_NAME).setLevel(others);
        for (String name : TALKATIVE) {
            logger(name).setLevel(verbosity >= 2 ? Level.INFO : Level.ERROR);
        }
        // Only embedded brokers log here: what they refuse, clients of theirs try again.
        for (String name : List.of("kafka.server", "org.apache.kafka.controller")) {
            logger(name).setLevel(verbosity >= 2 ? Level.WARN : Level.OFF);
        }
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }
}
