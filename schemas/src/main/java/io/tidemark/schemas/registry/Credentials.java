package io.tidemark.schemas.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Optional;

/** How a client proves who it is. {@code toString} never shows a secret. */
public sealed interface Credentials {
    /** Value of the Authorization header; empty: none is sent. */
    Optional<String> header();

    record None() implements Credentials {
        @Override
        public Optional<String> header() {
            return Optional.empty();
        }
    }

    /** HTTP Basic (RFC 7617). */
    record Basic(String user, String password) implements Credentials {
        public Basic {
            if (user.contains(":")) {
                throw new IllegalArgumentException(
                        "The user name '" + user + "' has a colon, which HTTP Basic can't carry");
            }
        }

        @Override
        public Optional<String> header() {
            byte[] pair = (user + ":" + password).getBytes(UTF_8);
            return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
        }

        @Override
        public String toString() {
            return "Basic[user=" + user + ", password=***]";
        }
    }

    /** HTTP Bearer (RFC 6750). */
    record Bearer(String token) implements Credentials {
        @Override
        public Optional<String> header() {
            return Optional.of("Bearer " + token);
        }

        @Override
        public String toString() {
            return "Bearer[token=***]";
        }
    }
}
