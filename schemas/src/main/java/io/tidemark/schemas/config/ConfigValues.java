package io.tidemark.schemas.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Where settings come from, before anyone knows what they mean. */
public final class ConfigValues {
    private ConfigValues() {}

    /** A file of {@code key = value} lines (Java properties, UTF-8). */
    public static Map<String, String> fromFile(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(k -> values.put(k, properties.getProperty(k)));
        return values;
    }

    /**
     * Environment variables that begin with {@code prefix}: {@code TIDEMARK_SLICE_MAX_BYTES} is
     * {@code slice.max.bytes} under the prefix {@code TIDEMARK_}.
     */
    public static Map<String, String> fromEnvironment(Map<String, String> env, String prefix) {
        Map<String, String> values = new TreeMap<>();
        env.forEach(
                (name, value) -> {
                    if (name.startsWith(prefix) && name.length() > prefix.length()) {
                        String key = name.substring(prefix.length());
                        values.put(key.toLowerCase(Locale.ROOT).replace('_', '.'), value);
                    }
                });
        return values;
    }
}
