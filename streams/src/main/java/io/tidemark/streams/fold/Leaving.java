package io.tidemark.streams.fold;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.streams.signal.Signal;
import io.tidemark.timeline.TimelineFold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shards that leave while no agent captures them: nobody tells that their record has ended. One
 * that says nothing for a while, although its removal is known, is taken to have ended; were it to
 * go on later, its last entries would count as lost, and the archive still holds them.
 */
final class Leaving {
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private record Silence(ClusterTime frontier, long sinceMillis) {}

    private final Map<ReplicaSet, Silence> silences = new HashMap<>();

    /** The ends of those that have been silent for long enough. */
    List<Signal> silent(TimelineFold fold, long nowMillis) {
        List<ReplicaSet> sets = fold.leaving();
        silences.keySet().retainAll(sets);
        List<Signal> ended = new ArrayList<>();
        for (ReplicaSet set : sets) {
            ClusterTime frontier = fold.capturedFrontiers().getOrDefault(set, ClusterTime.ZERO);
            Silence known = silences.get(set);
            if (known == null || !known.frontier().equals(frontier)) {
                silences.put(set, new Silence(frontier, nowMillis));
            } else if (nowMillis - known.sinceMillis() >= PATIENCE.toMillis()) {
                ended.add(new Signal.Ended(set, frontier));
            }
        }
        return ended;
    }
}
