package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.pair.PairingLimits;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Late, repeated and reordered input between replica sets, and restarts, change nothing. */
class InterleavingTest {
    private static final int SEEDS = 1000;

    /** All that one run tells. */
    private record Told(
            List<TopologyEvent> emitted,
            List<TopologyEvent> events,
            RestoreWindows exact,
            RestoreWindows strict) {}

    @Test
    void anyInterleavingTellsTheSame() {
        System.out.println("seeds 1 to " + SEEDS);
        for (long seed = 1; seed <= SEEDS; seed++) {
            Script script = new Script(seed, 20);
            Told inTurn = oneSetAfterTheOther(script);
            Told mixed = mixed(script, new Random(seed));

            assertThat(mixed).as("seed " + seed).isEqualTo(inTurn);
        }
    }

    @Test
    void exactlyTheTimesOfHalfDoneOperationsAreUnsafe() {
        System.out.println("seeds 1 to " + SEEDS);
        for (long seed = 1; seed <= SEEDS; seed++) {
            Script script = new Script(seed, 20);
            RestoreWindows exact = oneSetAfterTheOther(script).exact();

            for (ClusterTime time : times(script, new Random(seed))) {
                boolean halfDone = script.halfDone.stream().anyMatch(w -> w.contains(time));
                assertThat(exact.isSafe(time))
                        .as("seed " + seed + " at " + time)
                        .isEqualTo(!halfDone);
                assertThat(exact.explain(time).reasons().isEmpty()).isEqualTo(!halfDone);
            }
        }
    }

    @Test
    void strictIsNeverSafeWhereExactIsNot() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Script script = new Script(seed, 20);
            Told told = oneSetAfterTheOther(script);
            for (ClusterTime time : times(script, new Random(seed))) {
                boolean moving = script.moving.stream().anyMatch(w -> w.contains(time));
                boolean unsafe = moving || !told.exact().isSafe(time);
                assertThat(told.strict().isSafe(time))
                        .as("seed " + seed + " at " + time)
                        .isEqualTo(!unsafe);
            }
        }
    }

    /** The ends of all operations, and times between them. */
    private static List<ClusterTime> times(Script script, Random random) {
        List<ClusterTime> times = new ArrayList<>();
        for (RestoreWindow window : script.halfDone) {
            times.add(window.earliest().previous());
            times.add(window.earliest());
            if (window.latest().isBefore(ClusterTime.MAX)) {
                times.add(window.latest());
                times.add(window.latest().next());
            }
        }
        for (int i = 0; i < 50; i++) {
            long second = 11 + (long) (random.nextDouble() * (script.end - 11));
            times.add(new ClusterTime(second, random.nextInt(4)));
        }
        return times;
    }

    private static TimelineFold fold(Script script) {
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        script.sets().forEach(set -> fold.started(set, ClusterTime.ZERO));
        return fold;
    }

    private static Told oneSetAfterTheOther(Script script) {
        TimelineFold fold = fold(script);
        List<TopologyEvent> emitted = new ArrayList<>();
        fold.onEvent(emitted::add);
        for (ReplicaSet set : script.sets()) {
            script.of(set).forEach(at -> give(fold, at));
        }
        return told(fold, emitted);
    }

    private static Told mixed(Script script, Random random) {
        TimelineFold fold = fold(script);
        List<TopologyEvent> emitted = new ArrayList<>();
        fold.onEvent(emitted::add);
        Map<ReplicaSet, Integer> next = new HashMap<>();
        List<ReplicaSet> left = new ArrayList<>(script.sets());
        while (!left.isEmpty()) {
            ReplicaSet set = left.get(random.nextInt(left.size()));
            List<Entries.At> own = script.of(set);
            int from = Math.max(0, next.getOrDefault(set, 0) - random.nextInt(4));
            int to = Math.min(own.size(), next.getOrDefault(set, 0) + 1 + random.nextInt(8));
            for (Entries.At at : own.subList(from, to)) {
                give(fold, at);
            }
            next.put(set, to);
            if (to == own.size()) {
                left.remove(set);
            }
            if (random.nextInt(5) == 0) {
                fold.windows(Policy.EXACT);
            }
            if (random.nextInt(10) == 0) {
                fold = TimelineFold.restore(fold.snapshot(), PairingLimits.DEFAULT);
                fold.onEvent(emitted::add);
            }
        }
        return told(fold, emitted);
    }

    private static void give(TimelineFold fold, Entries.At at) {
        fold.accept(at.replicaSet(), at.entry());
        fold.archived(at.replicaSet(), at.entry().clusterTime());
    }

    private static Told told(TimelineFold fold, List<TopologyEvent> emitted) {
        return new Told(
                emitted, fold.events(), fold.windows(Policy.EXACT), fold.windows(Policy.STRICT));
    }
}
