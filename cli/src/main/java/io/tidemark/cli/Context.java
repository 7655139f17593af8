package io.tidemark.cli;

import java.time.Clock;
import java.util.Objects;

/**
 * What a verb finds around it.
 *
 * @param console where it speaks
 * @param settings what configuration file and environment say
 * @param clock wall time, for durations and ages only
 */
public record Context(Console console, Settings settings, Clock clock) {
    public Context {
        Objects.requireNonNull(console, "console");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(clock, "clock");
    }
}
