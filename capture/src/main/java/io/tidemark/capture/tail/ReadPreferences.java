package io.tidemark.capture.tail;

import java.time.Duration;
import java.util.Map;

/**
 * Which members to read from.
 *
 * @param tags members with all of these tags come first; empty: all alike
 * @param maxStaleness members further behind the newest one come last
 * @param primaryAllowed whether a primary is read if no other member can be
 */
public record ReadPreferences(
        Map<String, String> tags, Duration maxStaleness, boolean primaryAllowed) {
    public static final ReadPreferences DEFAULTS =
            new ReadPreferences(Map.of(), Duration.ofSeconds(90), true);

    public ReadPreferences {
        tags = Map.copyOf(tags);
    }
}
