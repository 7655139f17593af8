package io.tidemark.timeline.event;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/**
 * When an operation ran, in cluster time.
 *
 * @param from its first evidence; where its start lies before everything captured, the earliest
 *     time at which it may have been running
 * @param through its last evidence: from here on its end state stands; empty while it runs
 * @param criticalFrom from when the cluster stood between two states; empty if it never did (a
 *     shard that only drains, a resharding that only copies)
 * @param decidedAt the entry that made it take effect, where one is known
 * @param startSeen false if only its end was captured
 */
public record Span(
        ClusterTime from,
        Optional<ClusterTime> through,
        Optional<ClusterTime> criticalFrom,
        Optional<ClusterTime> decidedAt,
        boolean startSeen) {
    public Span {
        through.ifPresent(end -> requireOrder(from, end));
    }

    private static void requireOrder(ClusterTime from, ClusterTime through) {
        if (through.isBefore(from)) {
            throw new IllegalArgumentException(
                    "an operation from " + from + " can't end at " + through + ", before it");
        }
    }
}
