package io.tidemark.schemas.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * A time as people write it: {@code 1712345678:5} is one cluster time, ISO-8601 with an offset the
 * whole second that it lies in. A restore to it takes in {@code last}.
 *
 * @param first the first cluster time meant
 * @param last the last cluster time meant
 */
public record PointInTime(ClusterTime first, ClusterTime last) {
    /** What {@link #parse} reads, for messages. */
    public static final String FORMS =
            "1712345678:5 (seconds:increment), or ISO-8601 with an offset, like"
                    + " 2026-11-20T10:00:00Z";

    /**
     * @throws IllegalArgumentException with the text, and with what can be written instead
     */
    public static PointInTime parse(String text) {
        return ClusterTime.parse(text)
                .map(exact -> new PointInTime(exact, exact))
                .or(() -> second(text))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'" + text + "' is no cluster time: write " + FORMS));
    }

    private static Optional<PointInTime> second(String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Optional.of(
                    new PointInTime(
                            new ClusterTime(instant.getEpochSecond(), 0),
                            ClusterTime.endOfSecond(instant)));
        } catch (DateTimeException | IllegalArgumentException notOne) {
            // Neither form, or before 1970: the caller says so, with the value.
            return Optional.empty();
        }
    }
}
