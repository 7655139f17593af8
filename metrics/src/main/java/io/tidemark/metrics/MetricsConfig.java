package io.tidemark.metrics;

import io.tidemark.schemas.config.ConfigReader;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Where a service's metrics are served.
 *
 * @param host {@code metrics.host} (default {@code 127.0.0.1}). There are no accounts: whoever
 *     reaches the port reads names of replica sets and what went wrong
 * @param port {@code metrics.port} (0 to 65535; default: none, nothing is served). 0 takes a free
 *     one, which the log names. There is no number by default, as several agents may run on one
 *     machine
 * @param stallAfter {@code metrics.stall.after} (1 s to 1 d, default 2 m): {@code /healthz} answers
 *     503 when work waited and did not move for longer. Less finds a stuck service sooner, and may
 *     call an election or a restarting broker a failure
 */
public record MetricsConfig(String host, OptionalInt port, Duration stallAfter) {
    /** Nothing is served. */
    public static final MetricsConfig OFF =
            new MetricsConfig("127.0.0.1", OptionalInt.empty(), Duration.ofMinutes(2));

    private static final int MOST = 65_535;

    /** Reads the keys above; what is wrong is noted in the reader. */
    public static MetricsConfig read(ConfigReader reader) {
        OptionalInt port =
                reader.optionalText("metrics.port").isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(reader.number("metrics.port", 0, 0, MOST));
        return new MetricsConfig(
                reader.text("metrics.host", OFF.host),
                port,
                reader.duration(
                        "metrics.stall.after",
                        OFF.stallAfter,
                        Duration.ofSeconds(1),
                        Duration.ofDays(1)));
    }

    @Override
    public String toString() {
        return "metrics.host="
                + host
                + " metrics.port="
                + (port.isPresent() ? String.valueOf(port.getAsInt()) : "none")
                + " metrics.stall.after="
                + stallAfter;
    }
}
