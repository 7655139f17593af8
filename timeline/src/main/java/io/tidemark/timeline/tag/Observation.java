package io.tidemark.timeline.tag;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Comparator;
import java.util.List;

/**
 * The facts of one oplog entry, at its cluster time. Ordered by cluster time, then by replica set:
 * two sets may use the same time for entries that know nothing of each other.
 */
public record Observation(ClusterTime at, ReplicaSet replicaSet, List<Fact> facts)
        implements Comparable<Observation> {
    private static final Comparator<Observation> ORDER =
            Comparator.comparing(Observation::at)
                    .thenComparing(Observation::replicaSet)
                    .thenComparing(Observation::isHole, Comparator.reverseOrder());

    public Observation {
        facts = List.copyOf(facts);
    }

    private boolean isHole() {
        return facts.size() == 1 && facts.get(0) instanceof Fact.Missing;
    }

    @Override
    public int compareTo(Observation other) {
        return ORDER.compare(this, other);
    }
}
