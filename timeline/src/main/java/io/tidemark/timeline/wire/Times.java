package io.tidemark.timeline.wire;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/** Cluster times in records: {@code 1712345678:5}, and null for none. */
final class Times {
    private Times() {}

    static ClusterTime read(String text) {
        return ClusterTime.parse(text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'" + text + "' is no cluster time (seconds:increment)"));
    }

    static Optional<ClusterTime> readOptional(String text) {
        return Optional.ofNullable(text).map(Times::read);
    }

    static String writeOptional(Optional<ClusterTime> time) {
        return time.map(ClusterTime::toString).orElse(null);
    }

    /** For keys: ten digits each, so that text order is time order. */
    static String padded(ClusterTime time) {
        return "%010d-%010d".formatted(time.seconds(), time.increment());
    }
}
