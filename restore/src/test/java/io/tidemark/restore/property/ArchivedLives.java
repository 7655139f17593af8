package io.tidemark.restore.property;

import io.tidemark.restore.TestArchive;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * Random lives, archived, and safe times of each to go to. One seed alone: {@code
 * -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class ArchivedLives {
    private static final int TIMES = 3;
    private static final Long ONE = Long.getLong("tidemark.seed");

    private final long seeds;
    private final int mostEntries;
    private final LongUnaryOperator randomness;
    private final Choice choice;

    /** One life. */
    record Lived(Life life, SeedArchive archive, ClusterTimeline timeline, Random random) {}

    /** Which safe time comes next. */
    @FunctionalInterface
    interface Choice {
        /**
         * @param number counts from 0
         * @param safe in their order; not empty
         */
        ClusterTime choose(int number, List<ClusterTime> safe, Random random);
    }

    /** What is done with one time of a life. */
    @FunctionalInterface
    interface Trial {
        /** Returns what is wrong, in words. */
        List<String> run(Lived lived, ClusterTime time);
    }

    /**
     * @param seeds on each build
     * @param mostEntries in a slice of any life; each has its own number
     * @param randomness the seed of what is done, by the life's
     */
    ArchivedLives(long seeds, int mostEntries, LongUnaryOperator randomness, Choice choice) {
        this.seeds = seeds;
        this.mostEntries = mostEntries;
        this.randomness = randomness;
        this.choice = choice;
    }

    /** True if one seed is tried alone: then not everything needs to have happened. */
    static boolean isOne() {
        return ONE != null;
    }

    /** What went wrong, each with its seed. */
    List<String> failures(Trial trial) {
        long first = Long.getLong("tidemark.firstSeed", 1);
        LongStream all =
                isOne()
                        ? LongStream.of(ONE)
                        : LongStream.range(first, first + Long.getLong("tidemark.seeds", seeds));
        List<String> failures = new ArrayList<>();
        all.forEach(
                seed ->
                        run(seed, trial)
                                .forEach(f -> failures.add("-Dtidemark.seed=" + seed + " " + f)));
        return failures;
    }

    private List<String> run(long seed, Trial trial) {
        List<String> failures = new ArrayList<>();
        try (RandomLife lived = new RandomLife(seed)) {
            lived.live();
            int entries = 1 + (int) (seed % mostEntries);
            try (SeedArchive archive = new SeedArchive(lived.life, seed, entries)) {
                lived.finishAll();
                ClusterTimeline timeline =
                        new TimelineLookup(archive.bucket(), FrameKeys.NONE, TestArchive.CLUSTER)
                                .fromArchive(read -> {});
                Random random = new Random(randomness.applyAsLong(seed));
                Lived one = new Lived(lived.life, archive, timeline, random);
                times(one).forEach(time -> failures.addAll(run(trial, one, time)));
            }
        }
        return failures;
    }

    private static List<String> run(Trial trial, Lived lived, ClusterTime time) {
        try {
            return trial.run(lived, time).stream().map(f -> "to " + time + ": " + f).toList();
        } catch (RuntimeException | AssertionError broken) {
            StringWriter trace = new StringWriter();
            broken.printStackTrace(new PrintWriter(trace));
            return List.of("to " + time + ": " + trace);
        }
    }

    private List<ClusterTime> times(Lived lived) {
        RestoreWindows windows = lived.timeline().windows(Policy.EXACT);
        List<ClusterTime> safe =
                lived.archive().oplogs().values().stream()
                        .flatMap(oplog -> oplog.archived().stream())
                        .map(OplogEntry::clusterTime)
                        .distinct()
                        .sorted()
                        .filter(windows::isSafe)
                        .toList();
        List<ClusterTime> times = new ArrayList<>();
        for (int i = 0; i < TIMES && !safe.isEmpty(); i++) {
            times.add(choice.choose(i, safe, lived.random()));
        }
        return times;
    }

    /** Of a restore that is done nothing is left in its targets but what it restored. */
    static List<String> leftovers(Map<String, MemoryRestoreTarget> targets) {
        List<String> left = new ArrayList<>();
        targets.forEach(
                (name, target) -> {
                    if (target.readMark().isPresent()) {
                        left.add("the mark is left in " + name);
                    }
                    target.data().collections().keySet().stream()
                            .filter(ns -> ns.database().equals("tidemark_restore"))
                            .forEach(ns -> left.add("left in " + name + ": " + ns));
                });
        return left;
    }
}
