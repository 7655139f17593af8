package io.tidemark.restore.property;

import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.report.RestoreReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** One restore that is killed at random calls to its targets, and run again until it is done. */
final class KilledRuns {
    private final Random random;
    private final long calls;
    private final int most;
    private int kills;

    /**
     * @param calls to the targets that it takes when nobody kills it
     * @param most kills; the run after them lives
     */
    KilledRuns(Random random, long calls, int most) {
        this.random = random;
        this.calls = calls;
        this.most = most;
    }

    int kills() {
        return kills;
    }

    /** The next process: it dies in one of the calls that it takes. */
    DyingTarget.Life next() {
        long last = kills >= most ? Long.MAX_VALUE : 1 + (long) (random.nextDouble() * calls);
        return new DyingTarget.Life(last, random);
    }

    void killed() {
        kills++;
    }

    /**
     * Runs it to its end.
     *
     * @param done whether one that was killed had only to remove its last mark, and did
     * @return the report; empty if it was done when it was killed
     */
    Optional<RestoreReport> toTheEnd(
            Function<DyingTarget.Life, RestoreReport> restore, BooleanSupplier done) {
        while (true) {
            try {
                return Optional.of(restore.apply(next()));
            } catch (DyingTarget.Killed dead) {
                killed();
                if (done.getAsBoolean()) {
                    return Optional.empty();
                }
            }
        }
    }

    /** Small batches, and checkpoints often or seldom. */
    static RestoreOptions options(Random random) {
        int batch = 1 + random.nextInt(20);
        long cache = random.nextBoolean() ? 0 : 5_000;
        long remembered = random.nextBoolean() ? 0 : 1_000_000;
        return new RestoreOptions(batch, 20_000, cache, 1 << 20, 2, remembered)
                .withCheckpoints(
                        new RestoreOptions.Frequency(
                                1 + random.nextInt(60), Duration.ofMillis(random.nextInt(20))));
    }

    /** Where a report tells something else than that of a restore that nobody killed. */
    static List<String> differences(RestoreReport found, RestoreReport wanted) {
        return told(found).equals(told(wanted))
                ? List.of()
                : List.of("report " + told(found) + "\n       but was " + told(wanted));
    }

    /** What a report tells of the restore, whoever ran it and how often. */
    static Map<String, Object> told(RestoreReport report) {
        Map<String, Object> told = new TreeMap<>();
        told.put("replicaSets", report.replicaSets());
        told.put("transactions", report.transactions());
        told.put("orphans", report.orphans());
        told.put("orphansRemoved", report.orphansRemoved());
        told.put("verified", report.verified());
        told.put("problems", report.problems());
        told.put("uuidsKept", report.uuidsKept());
        told.put("warnings", report.warnings());
        return told;
    }
}
