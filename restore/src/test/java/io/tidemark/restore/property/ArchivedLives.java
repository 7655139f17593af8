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
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * Random lives, archived, and safe times of each to go to. One seed alone: {@code
 * -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class ArchivedLives {
    private static final Long ONE = Long.getLong("tidemark.seed");

    /** The latest of all, and late ones, when there is something to restore. */
    static final Choice LATE =
            (number, safe, random) ->
                    safe.get(
                            number == 0
                                    ? safe.size() - 1
                                    : safe.size() / 2 + random.nextInt((safe.size() + 1) / 2));

    private final long seeds;
    private final int times;
    private final LongUnaryOperator randomness;
    private final Choice choice;
    private LongFunction<RandomLife> living = RandomLife::new;
    private OptionalInt mostEntries = OptionalInt.empty();

    /** One life. */
    record Lived(Life life, SeedArchive archive, ClusterTimeline timeline, Random random) {
        /** The times of archived entries that the policy calls safe, in order. */
        List<ClusterTime> safe(Policy policy) {
            RestoreWindows windows = timeline.windows(policy);
            return archive.oplogs().values().stream()
                    .flatMap(oplog -> oplog.archived().stream())
                    .map(OplogEntry::clusterTime)
                    .distinct()
                    .sorted()
                    .filter(windows::isSafe)
                    .toList();
        }
    }

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
     * @param times of each life
     * @param randomness the seed of what is done, by the life's
     */
    ArchivedLives(long seeds, int times, LongUnaryOperator randomness, Choice choice) {
        this.seeds = seeds;
        this.times = times;
        this.randomness = randomness;
        this.choice = choice;
    }

    /** Slices are small: each life has its own number of entries in them, up to this one. */
    ArchivedLives inSlicesOf(int most) {
        mostEntries = OptionalInt.of(most);
        return this;
    }

    /** Something goes on beside what lives do. */
    ArchivedLives living(LongFunction<RandomLife> bySeed) {
        living = bySeed;
        return this;
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
        try (RandomLife lived = living.apply(seed)) {
            lived.live();
            try (SeedArchive archive = archive(lived.life, seed)) {
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

    private SeedArchive archive(Life life, long seed) {
        return mostEntries.isPresent()
                ? new SeedArchive(life, seed, 1 + (int) (seed % mostEntries.getAsInt()))
                : new SeedArchive(life, seed);
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
        List<ClusterTime> safe = lived.safe(Policy.EXACT);
        List<ClusterTime> chosen = new ArrayList<>();
        for (int i = 0; i < times && !safe.isEmpty(); i++) {
            chosen.add(choice.choose(i, safe, lived.random()));
        }
        return chosen;
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
