package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import java.util.List;
import java.util.Optional;

/**
 * The answer to "can I restore to this time, and why not?".
 *
 * @param reasons empty if and only if {@code safe}
 * @param before the latest safe time before {@code at}
 * @param after the earliest safe time after {@code at}
 */
public record Explanation(
        ClusterTime at,
        boolean safe,
        List<UnsafeInterval> reasons,
        Optional<ClusterTime> before,
        Optional<ClusterTime> after) {
    public Explanation {
        reasons = List.copyOf(reasons);
    }
}
