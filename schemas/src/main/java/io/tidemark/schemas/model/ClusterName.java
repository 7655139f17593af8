package io.tidemark.schemas.model;

import java.util.regex.Pattern;

/**
 * The operator's name of a sharded cluster; part of topic names and object keys.
 *
 * @param value 1 to 64 of {@code a-z A-Z 0-9 _ -}; no dot, so that topic names can be parsed
 */
public record ClusterName(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public ClusterName {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "cluster name '" + value + "' must be 1 to 64 letters, digits, '_' or '-'");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
