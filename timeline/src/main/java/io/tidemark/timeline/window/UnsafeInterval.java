package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.Evidence;
import java.util.Comparator;
import java.util.List;

/**
 * Cluster times to which a restore is refused, and why.
 *
 * @param from the first unsafe time
 * @param to the last unsafe time
 * @param kind an {@link io.tidemark.timeline.event.EventKind#code}, or {@code gap}, {@code
 *     incarnationChange}, {@code noBase}, {@code notArchived}
 * @param event the id of the event, empty where no event is the cause
 * @param ns namespace or database, empty where the whole cluster is meant
 * @param reason in words, for the operator
 */
public record UnsafeInterval(
        ClusterTime from,
        ClusterTime to,
        String kind,
        String event,
        String ns,
        List<String> shards,
        String reason,
        List<Evidence> evidence)
        implements Comparable<UnsafeInterval> {
    private static final Comparator<UnsafeInterval> ORDER =
            Comparator.comparing(UnsafeInterval::from)
                    .thenComparing(UnsafeInterval::to)
                    .thenComparing(UnsafeInterval::kind)
                    .thenComparing(UnsafeInterval::event)
                    .thenComparing(UnsafeInterval::reason);

    public UnsafeInterval {
        shards = List.copyOf(shards);
        evidence = List.copyOf(evidence);
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("unsafe interval " + from + " to " + to);
        }
    }

    public boolean contains(ClusterTime time) {
        return !time.isBefore(from) && !time.isAfter(to);
    }

    /** By start, then by end, then by what makes it unsafe. */
    @Override
    public int compareTo(UnsafeInterval other) {
        return ORDER.compare(this, other);
    }
}
