package io.tidemark.schemas.config;

import java.util.List;

/** A configuration that can't be used, with everything that is wrong with it. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(List<String> problems) {
        super("The configuration can't be used:\n  - " + String.join("\n  - ", problems));
    }
}
