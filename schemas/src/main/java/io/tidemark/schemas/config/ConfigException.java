package io.tidemark.schemas.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A configuration that can't be used, with everything that is wrong with it. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final TreeSet<String> known;

    public ConfigException(List<String> problems) {
        this(problems, Set.of());
    }

    ConfigException(List<String> problems, Set<String> known) {
        super("The configuration can't be used:\n  - " + String.join("\n  - ", problems));
        this.known = new TreeSet<>(known);
    }

    /** The keys that were asked for. */
    public Set<String> known() {
        return Set.copyOf(known);
    }
}
