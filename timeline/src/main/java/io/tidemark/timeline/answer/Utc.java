package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The second of a cluster time, for people: {@code 2026-11-20T10:00:00Z}. */
final class Utc {
    private Utc() {}

    static String of(ClusterTime time) {
        return DateTimeFormatter.ISO_INSTANT.format(time.toInstant());
    }

    static Optional<String> of(Optional<ClusterTime> time) {
        return time.map(Utc::of);
    }
}
