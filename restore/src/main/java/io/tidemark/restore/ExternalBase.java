package io.tidemark.restore;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Map;
import java.util.Optional;

/**
 * What the operator says of the base that he has put into the targets.
 *
 * @param times of what time each replica set's data are, by its name in the archive, or {@code
 *     config} for the config servers; under {@link #ALL} that of all others. Where none is said,
 *     the target's own oplog tells it
 * @param end when a base ended that is a picture of no moment, such as a dump that was taken while
 *     writes went on: nothing in it is younger. Empty: it is of one moment
 */
public record ExternalBase(Map<String, ClusterTime> times, Optional<ClusterTime> end) {
    public static final String ALL = "";

    /** The targets' own oplogs tell everything. */
    public static final ExternalBase TOLD_BY_OPLOGS = new ExternalBase(Map.of(), Optional.empty());

    public ExternalBase {
        times = Map.copyOf(times);
    }

    /** What was said of a replica set's, in words. */
    public String words(String replicaSet, boolean config) {
        return time(replicaSet, config).map(t -> "it is of " + t).orElse("its own oplog tells")
                + end.map(e -> ", ended at " + e).orElse("");
    }

    /**
     * Of what time a replica set's data are said to be.
     *
     * @param config whether it is the config servers'
     */
    public Optional<ClusterTime> time(String replicaSet, boolean config) {
        return Optional.ofNullable(times.get(replicaSet))
                .or(() -> Optional.ofNullable(config ? times.get(RestoreRequest.CONFIG) : null))
                .or(() -> Optional.ofNullable(times.get(ALL)));
    }
}
