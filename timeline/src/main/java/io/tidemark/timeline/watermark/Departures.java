package io.tidemark.timeline.watermark;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Shards that leave before all that they wrote as members is known. A drained shard is quiet, so
 * its record often ends before the entry that removes it; without that entry being paired it would
 * hold the cluster back for ever, and the entry waits for the shard. Once its record is known to
 * have ended, what lies between is a gap.
 */
final class Departures {
    private final Map<ReplicaSet, ClusterTime> ends = new TreeMap<>();

    /** The records that have ended, and where. */
    Map<ReplicaSet, ClusterTime> ends() {
        return Map.copyOf(ends);
    }

    void restore(Map<ReplicaSet, ClusterTime> known) {
        ends.putAll(known);
    }

    /** Nothing of the replica set behind this time will ever be given, unless it comes back. */
    void ended(ReplicaSet set, ClusterTime through) {
        ends.merge(set, through, ClusterTime::max);
    }

    /**
     * When the shard leaves, if it does among what waits to be paired and not all is known up to
     * there.
     */
    Optional<ClusterTime> leaves(
            Membership member, ClusterTime known, Collection<Observation> waiting) {
        return member.left().isPresent()
                ? Optional.empty()
                : waiting.stream()
                        .filter(o -> o.at().isAfter(member.joined()) && removes(o, member.shard()))
                        .map(Observation::at)
                        .min(ClusterTime::compareTo)
                        .filter(left -> known.isBefore(left.previous()));
    }

    /** What is lost of a member; empty while more of it may come. */
    Optional<Gap> lost(Membership member, ClusterTime known, Collection<Observation> waiting) {
        ClusterTime end = ends.get(member.replicaSet());
        return end == null || known.isBefore(end)
                ? Optional.empty()
                : leaves(member, known, waiting)
                        .map(left -> new Gap(known, left.previous(), words(known) + left));
    }

    private static String words(ClusterTime known) {
        return known.equals(ClusterTime.ZERO)
                ? "nothing of it was captured before it left the cluster at "
                : "its record ends before it left the cluster at ";
    }

    private static boolean removes(Observation observation, String shard) {
        return observation.facts().stream()
                .anyMatch(
                        fact ->
                                fact instanceof Fact.ShardWrite write
                                        && write.removed()
                                        && write.id().equals(shard));
    }
}
