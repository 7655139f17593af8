package io.tidemark.schemas.registry;

import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Where the registry is and how patiently it is asked.
 *
 * @param urls one or more nodes of one registry, with the path before {@code /subjects} if there is
 *     one; asked in this order, beginning with the one that answered last
 * @param credentials sent to all of them
 * @param timeout for connecting, and for the answer to one request
 * @param rounds how often all URLs are tried before giving up, at least 1
 * @param firstPause after the first round in vain; doubled after each further one, up to {@link
 *     #LONGEST_PAUSE}
 */
public record RegistryConfig(
        List<URI> urls,
        Credentials credentials,
        Duration timeout,
        int rounds,
        Duration firstPause) {
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /**
     * No credentials, 10 s for an answer, 6 rounds with pauses of 100 ms to 1.6 s: three seconds of
     * outage pass unseen.
     */
    public static RegistryConfig of(URI... urls) {
        return new RegistryConfig(
                Arrays.asList(urls),
                new Credentials.None(),
                Duration.ofSeconds(10),
                6,
                Duration.ofMillis(100));
    }

    /**
     * @param urls separated by commas, as Kafka's tools write them
     */
    public static RegistryConfig parse(String urls) {
        return of(
                Arrays.stream(urls.split(","))
                        .map(String::strip)
                        .map(URI::create)
                        .toArray(URI[]::new));
    }

    /**
     * Reads {@code registry.urls} (required) and, for HTTP Basic, {@code registry.user} and {@code
     * registry.password}, or for HTTP Bearer {@code registry.token}. What is wrong is noted in the
     * reader.
     */
    public static RegistryConfig read(ConfigReader reader) {
        reader.text("registry.urls");
        RegistryConfig urls =
                reader.parsed("registry.urls", RegistryConfig::parse)
                        .orElseGet(() -> parse("http://none"));
        String user = reader.text("registry.user", "");
        String password = reader.optionalSecret("registry.password").map(Secret::value).orElse("");
        String token = reader.optionalSecret("registry.token").map(Secret::value).orElse("");
        if (!user.isEmpty() && !token.isEmpty()) {
            reader.problem("registry.user and registry.token exclude each other");
        }
        if (!token.isEmpty()) {
            return urls.withCredentials(new Credentials.Bearer(token));
        }
        return user.isEmpty() ? urls : urls.withCredentials(new Credentials.Basic(user, password));
    }

    public RegistryConfig {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("A schema registry needs at least one URL");
        }
        urls.forEach(RegistryConfig::requireUsable);
        if (rounds < 1) {
            throw new IllegalArgumentException(rounds + " rounds would never ask the registry");
        }
        if (timeout.isZero() || timeout.isNegative() || firstPause.isNegative()) {
            throw new IllegalArgumentException(
                    "Timeout %s and pause %s: need a positive timeout and no negative pause"
                            .formatted(timeout, firstPause));
        }
    }

    private static void requireUsable(URI url) {
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "'"
                            + withoutSecret(url)
                            + "' is no URL of a schema registry: use http://HOST:PORT");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "The URL of the schema registry at %s holds a password, and URLs are logged: give it as credentials"
                            .formatted(url.getHost()));
        }
    }

    private static String withoutSecret(URI url) {
        return url.toString().replaceAll("//[^/@]*@", "//***@");
    }

    public RegistryConfig withCredentials(Credentials other) {
        return new RegistryConfig(urls, other, timeout, rounds, firstPause);
    }

    public RegistryConfig withPatience(Duration timeoutEach, int roundsAtMost, Duration pause) {
        return new RegistryConfig(urls, credentials, timeoutEach, roundsAtMost, pause);
    }
}
