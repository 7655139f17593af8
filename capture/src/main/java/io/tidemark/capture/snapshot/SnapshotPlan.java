package io.tidemark.capture.snapshot;

import io.tidemark.capture.operation.OperationFailedException;
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
 */
record SnapshotPlan(BaseMethod method, Optional<ClusterTime> readAt) {
    static final String METHOD = "method";
    private static final String READ_AT = "readAt";

    SnapshotPlan {
        if (readAt.isPresent() != (method == BaseMethod.SNAPSHOT)) {
            throw new IllegalArgumentException(method + " with read time " + readAt);
        }
    }

    static SnapshotPlan fuzzy() {
        return new SnapshotPlan(BaseMethod.FUZZY, Optional.empty());
    }

    static SnapshotPlan at(ClusterTime time) {
        return new SnapshotPlan(BaseMethod.SNAPSHOT, Optional.of(time));
    }

    /** The method that was asked for; empty to choose by the servers' version. */
    static Optional<BaseMethod> wanted(Map<String, String> parameters) {
        String text = parameters.getOrDefault(METHOD, "auto").toLowerCase(Locale.ROOT);
        return switch (text) {
            case "auto" -> Optional.empty();
            case "snapshot" -> Optional.of(BaseMethod.SNAPSHOT);
            case "fuzzy" -> Optional.of(BaseMethod.FUZZY);
            default ->
                    throw new OperationFailedException(
                            "There is no snapshot method '"
                                    + text
                                    + "': use snapshot (reads at one cluster time, MongoDB 5.0 and"
                                    + " later), fuzzy (any version) or auto");
        };
    }

    Map<String, String> facts() {
        Map<String, String> facts = new HashMap<>();
        facts.put(METHOD, method.name().toLowerCase(Locale.ROOT));
        readAt.ifPresent(at -> facts.put(READ_AT, at.toString()));
        return facts;
    }

    static SnapshotPlan of(Map<String, String> facts) {
        return new SnapshotPlan(
                BaseMethod.valueOf(facts.get(METHOD).toUpperCase(Locale.ROOT)),
                Optional.ofNullable(facts.get(READ_AT)).flatMap(ClusterTime::parse));
    }
}
