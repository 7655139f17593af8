package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import java.util.List;
import java.util.Optional;

/**
 * Whether the cluster can be restored to a time, and why not.
 *
 * @param reasons empty if and only if {@code safe}
 * @param before the latest safe time before {@code at}; null where there is none
 * @param after the earliest safe time after {@code at}; null where there is none
 */
public record ExplainAnswer(
        ClusterTime at,
        String atUtc,
        String policy,
        boolean safe,
        List<Interval> reasons,
        Optional<ClusterTime> before,
        Optional<String> beforeUtc,
        Optional<ClusterTime> after,
        Optional<String> afterUtc)
        implements Answer {

    public static ExplainAnswer of(Explanation explanation, Policy policy) {
        return new ExplainAnswer(
                explanation.at(),
                Utc.of(explanation.at()),
                policy.code(),
                explanation.safe(),
                explanation.reasons().stream().map(Interval::of).toList(),
                explanation.before(),
                Utc.of(explanation.before()),
                explanation.after(),
                Utc.of(explanation.after()));
    }
}
