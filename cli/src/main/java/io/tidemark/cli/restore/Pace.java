package io.tidemark.cli.restore;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a replica set has come in a phase, or all of them together.
 *
 * @param replicaSet its name; empty for all
 * @param done so many of {@code unit}
 * @param percent of the phase, 0 to 100, where that is known
 * @param perSecond units per second since the phase began
 * @param etaSeconds seconds that the phase still takes at this pace, where that can be told
 * @param clusterTime up to which entries are applied, while they are
 * @param lagSeconds from there to the restored time
 */
record Pace(
        Optional<String> replicaSet,
        long done,
        String unit,
        OptionalDouble percent,
        double perSecond,
        OptionalLong etaSeconds,
        Optional<String> clusterTime,
        OptionalLong lagSeconds) {

    /** All together: done when the last one is. */
    static Pace all(List<Pace> sets) {
        boolean known = sets.stream().allMatch(set -> set.percent().isPresent());
        OptionalDouble least = sets.stream().mapToDouble(s -> s.percent().orElse(0)).min();
        return new Pace(
                Optional.empty(),
                sets.stream().mapToLong(Pace::done).sum(),
                sets.isEmpty() ? "" : sets.get(0).unit(),
                known ? least : OptionalDouble.empty(),
                sets.stream().mapToDouble(Pace::perSecond).sum(),
                sets.stream().flatMapToLong(s -> s.etaSeconds().stream()).max(),
                Optional.empty(),
                sets.stream().flatMapToLong(s -> s.lagSeconds().stream()).max());
    }

    /** In words: {@code rs0 42 %, 1,200 entries (300/s), 5 s left, lag 12 s}. */
    String words() {
        StringBuilder words = new StringBuilder(replicaSet.orElse("all"));
        percent.ifPresent(p -> words.append(String.format(" %.0f %%,", p)));
        words.append(String.format(" %,d %s (%,.0f/s)", done, unit, perSecond));
        etaSeconds.ifPresent(s -> words.append(String.format(", %d s left", s)));
        lagSeconds.ifPresent(s -> words.append(String.format(", lag %d s", s)));
        return words.toString();
    }
}
