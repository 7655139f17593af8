package io.tidemark.capture.schedule;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What makes bases before it useless for times after it, or replay over them long. */
@FunctionalInterface
public interface Invalidations {
    /**
     * @param what in one word, such as gap or addShard
     * @param through a base must begin at or behind this time
     */
    record Invalidation(String what, ClusterTime through) {}

    /** The last one that is known; empty if none is. */
    Optional<Invalidation> last();

    /** The last one that any of them knows. */
    static Invalidations of(List<Invalidations> all) {
        return () ->
                all.stream()
                        .flatMap(each -> each.last().stream())
                        .max(
                                Comparator.comparing(Invalidation::through)
                                        .thenComparing(Invalidation::what));
    }
}
