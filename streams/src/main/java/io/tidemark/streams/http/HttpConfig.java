package io.tidemark.streams.http;

import io.tidemark.schemas.config.ConfigReader;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the timeline is served.
 *
 * @param host and {@code port}: {@code http.listen} (default {@code 127.0.0.1:8480}). The server
 *     has no accounts: whoever reaches it can read names of collections and times of operations, so
 *     any other address belongs behind a proxy that asks who is there. Port 0 takes a free one
 * @param staleAfter {@code http.stale.after} (5 s to 1 d, default 1 m): if the topics were not read
 *     to their ends for so long, {@code /healthz} answers 503 and the page says so. Less finds a
 *     stuck reader sooner, and may call a busy one stuck
 * @param bucket {@code http.bucket} (default none): shown in the page's restore commands, where
 *     {@code BUCKET} stands without it; not read from
 */
public record HttpConfig(String host, int port, Duration staleAfter, Optional<String> bucket) {
    /** An IPv6 address stands in brackets. */
    private static final Pattern LISTEN =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+):(\\d{1,5})");

    private static final String LISTEN_DEFAULT = "127.0.0.1:8480";

    /** Reads the keys above; what is wrong is noted in the reader. */
    public static HttpConfig read(ConfigReader reader) {
        Matcher listen =
                reader.parsed("http.listen", HttpConfig::listen)
                        .orElseGet(() -> listen(LISTEN_DEFAULT));
        Duration staleAfter =
                reader.duration(
                        "http.stale.after",
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(5),
                        Duration.ofDays(1));
        return new HttpConfig(
                listen.group(1),
                Integer.parseInt(listen.group(2)),
                staleAfter,
                reader.optionalText("http.bucket"));
    }

    private static Matcher listen(String text) {
        Matcher parts = LISTEN.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
            throw new IllegalArgumentException(
                    "must be HOST:PORT with a port of 0 to 65535, like "
                            + LISTEN_DEFAULT
                            + ", but is '"
                            + text
                            + "'");
        }
        return parts;
    }

    @Override
    public String toString() {
        return "http.listen="
                + host
                + ":"
                + port
                + " http.stale.after="
                + staleAfter
                + " http.bucket="
                + bucket.orElse("");
    }
}
