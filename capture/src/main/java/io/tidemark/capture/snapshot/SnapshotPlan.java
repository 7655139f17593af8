package io.tidemark.capture.snapshot;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseMethod;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What all replica sets of one snapshot agree on.
 *
 * @param readAt present exactly with {@link BaseMethod#SNAPSHOT}
 * @param bytesPerSecond that are read of each replica set at most, 0 for no limit
 */
record SnapshotPlan(BaseMethod method, Optional<ClusterTime> readAt, long bytesPerSecond) {
    static final String METHOD = "method";
    private static final String READ_AT = "readAt";
    private static final String BYTES_PER_SECOND = "bytesPerSecond";

    SnapshotPlan {
        if (readAt.isPresent() != (method == BaseMethod.SNAPSHOT)) {
            throw new IllegalArgumentException(method + " with read time " + readAt);
        }
    }

    static SnapshotPlan fuzzy(SnapshotRequest request) {
        return new SnapshotPlan(BaseMethod.FUZZY, Optional.empty(), request.bytesPerSecond());
    }

    static SnapshotPlan at(ClusterTime time, SnapshotRequest request) {
        return new SnapshotPlan(BaseMethod.SNAPSHOT, Optional.of(time), request.bytesPerSecond());
    }

    Map<String, String> facts() {
        Map<String, String> facts = new HashMap<>();
        facts.put(METHOD, method.name().toLowerCase(Locale.ROOT));
        readAt.ifPresent(at -> facts.put(READ_AT, at.toString()));
        if (bytesPerSecond > 0) {
            facts.put(BYTES_PER_SECOND, Long.toString(bytesPerSecond));
        }
        return facts;
    }

    static SnapshotPlan of(Map<String, String> facts) {
        return new SnapshotPlan(
                BaseMethod.valueOf(facts.get(METHOD).toUpperCase(Locale.ROOT)),
                Optional.ofNullable(facts.get(READ_AT)).flatMap(ClusterTime::parse),
                Long.parseLong(facts.getOrDefault(BYTES_PER_SECOND, "0")));
    }
}
