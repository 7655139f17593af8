package io.tidemark.streams.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.streams.view.TimelineView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Whether the answers can be relied on.
 *
 * @param message for the operator
 * @param upToDateAt when the topics had last been read to their ends; empty while they are read for
 *     the first time
 */
record Health(Status status, String message, Optional<Instant> upToDateAt, long ageSeconds) {
    enum Status {
        OK("ok", 200),
        LOADING("loading", 503),
        STALE("stale", 503);

        private final String code;
        private final int http;

        Status(String code, int http) {
            this.code = code;
            this.http = http;
        }

        int http() {
            return http;
        }
    }

    static Health of(Optional<TimelineView> view, Duration staleAfter, Instant now) {
        if (view.isEmpty()) {
            return new Health(
                    Status.LOADING,
                    "The timeline is being read from its topics for the first time since this"
                            + " process started. Ask again in some seconds.",
                    Optional.empty(),
                    0);
        }
        Instant at = view.get().upToDateAt();
        long age = Math.max(0, Duration.between(at, now).toSeconds());
        if (age > staleAfter.toSeconds()) {
            return new Health(
                    Status.STALE,
                    "The timeline was last up to date "
                            + age
                            + " s ago, at "
                            + at.truncatedTo(ChronoUnit.SECONDS)
                            + ". Times called safe are safe, newer times are missing. See whether"
                            + " Kafka can be reached and what this process logs.",
                    Optional.of(at),
                    age);
        }
        return new Health(Status.OK, "The timeline is up to date.", Optional.of(at), age);
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("status", status.code).put("message", message);
        if (upToDateAt.isEmpty()) {
            return json.putNull("upToDateAt").putNull("ageSeconds");
        }
        return json.put("upToDateAt", upToDateAt.get().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("ageSeconds", ageSeconds);
    }
}
