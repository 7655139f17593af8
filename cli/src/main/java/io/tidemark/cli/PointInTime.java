package io.tidemark.cli;

import io.tidemark.schemas.model.ClusterTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a cluster time: {@code 1712345678:5} exactly, or ISO-8601 with an offset for the whole of
 * that second, inclusive.
 */
public final class PointInTime implements ITypeConverter<ClusterTime> {
    @Override
    public ClusterTime convert(String text) {
        return ClusterTime.parse(text)
                .or(() -> iso(text))
                .orElseThrow(
                        () ->
                                new TypeConversionException(
                                        "'"
                                                + text
                                                + "' is no cluster time: write 1712345678:5"
                                                + " (seconds:increment), or ISO-8601 with an"
                                                + " offset, like 2026-11-20T10:00:00Z"));
    }

    private static Optional<ClusterTime> iso(String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Optional.of(ClusterTime.endOfSecond(instant));
        } catch (DateTimeException | IllegalArgumentException notOne) {
            // Neither form: the caller says so, with the value.
            return Optional.empty();
        }
    }
}
