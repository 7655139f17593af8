package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.sharding.ClusterEvent;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.serial.SerialArchive;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** One life, its archive, its windows, and restores to some of the times they call safe. */
final class OneSeed {
    private static final int RESTORES = 6;
    private static final int EXPLAINED = 30;

    /** Of so many seeds one is restored into one target too, and one of others in part. */
    private static final int MERGED_OF = Integer.getInteger("tidemark.mergedOf", 5);

    /** Of so many seeds one is replayed by the serial engine too. */
    private static final int SERIAL_OF = Integer.getInteger("tidemark.serialOf", 4);

    private static final int MOST_FAILURES = 3;
    private final long seed;
    private final Shares shares;
    private final Random random;
    private final List<String> failures = new ArrayList<>();
    private Life life;
    private SeedArchive archive;
    private Truth truth;
    private RestoreWindows exact;
    private ClusterTimeline stored;

    OneSeed(long seed, Shares shares) {
        this.seed = seed;
        this.shares = shares;
        this.random = new Random(seed * 7 + 5);
    }

    /** What was wrong, in words; empty if nothing was. */
    List<String> run() {
        try (RandomLife lived = new RandomLife(seed)) {
            life = lived.life;
            try {
                lived.live();
                try (SeedArchive stored = new SeedArchive(life, seed)) {
                    archive = stored;
                    lived.finishAll();
                    check();
                }
            } catch (RuntimeException | AssertionError broken) {
                java.io.StringWriter trace = new java.io.StringWriter();
                broken.printStackTrace(new java.io.PrintWriter(trace));
                failures.add("the run itself failed: " + trace);
            }
            if (!failures.isEmpty() && Boolean.getBoolean("tidemark.diary")) {
                life.diary.forEach(System.out::println);
                archive.oplogs()
                        .values()
                        .forEach(
                                o ->
                                        o.all()
                                                .forEach(
                                                        e ->
                                                                System.out.println(
                                                                        o.name() + " " + e.raw())));
                System.out.println(archive.bases());
                System.out.println(stored.content().members());
                exact.unsafe().forEach(System.out::println);
            }
        }
        return failures;
    }

    private void check() {
        FoldRun fold = new FoldRun(life, archive, seed);
        exact = fold.windows(Policy.EXACT);
        RestoreWindows strict = fold.windows(Policy.STRICT);
        truth = new Truth(life, archive);
        stored =
                new TimelineLookup(archive.bucket(), FrameKeys.NONE, TestArchive.CLUSTER)
                        .fromArchive(entries -> {});
        Times times = new Times(life, archive, exact, seed);
        for (ClusterTime time : times.all()) {
            policies(exact, strict, time);
            policies(stored.windows(Policy.EXACT), stored.windows(Policy.STRICT), time);
            early(fold, time);
        }
        List<ClusterTime> explained = times.some(EXPLAINED);
        explained.forEach(time -> explain(times, time));
        List<ClusterTime> safe =
                new ArrayList<>(explained.stream().filter(exact::isSafe).distinct().toList());
        java.util.Collections.shuffle(safe, random);
        safe.stream().limit(RESTORES).forEach(this::restore);
        storedOnly(times);
        // The latest there is: what a transaction of that moment has become, the future told.
        exact.windows().stream()
                .reduce((earlier, later) -> later)
                .ifPresent(last -> restore(last.latest()));
        IntoOneTarget one =
                new IntoOneTarget(
                        life.cluster.oracle(),
                        random,
                        shares,
                        time -> request(time, Map.of(RestoreRequest.MERGED, "one")),
                        this::fail);
        if (seed % MERGED_OF == 0) {
            safe.stream().limit(RESTORES / 2).forEach(one::whole);
        } else if (seed % MERGED_OF == 1 % MERGED_OF) {
            safe.stream().limit(RESTORES / 2).forEach(one::part);
        }
        count();
    }

    /** What the archive alone calls safe, and who followed all along does not. */
    private void storedOnly(Times times) {
        RestoreWindows alone = stored.windows(Policy.EXACT);
        List<ClusterTime> only =
                new ArrayList<>(
                        times.all().stream()
                                .filter(time -> alone.isSafe(time) && !exact.isSafe(time))
                                .toList());
        java.util.Collections.shuffle(only, random);
        only.stream().limit(1).forEach(this::restore);
        shares.count("restores of times safe by the archive alone", only.isEmpty() ? 0 : 1);
    }

    private void fail(ClusterTime time, String what) {
        if (failures.size() < MOST_FAILURES) {
            failures.add("seed " + seed + " at " + time + ": " + what);
        }
    }

    private void policies(RestoreWindows exact, RestoreWindows strict, ClusterTime time) {
        boolean safe = exact.isSafe(time);
        shares.count(safe ? "times called safe" : "times called unsafe", 1);
        if (strict.isSafe(time) && !safe) {
            fail(time, "strict calls it safe and exact does not: " + exact.explain(time).reasons());
        }
        if (!safe) {
            return;
        }
        if (!truth.isCovered(time)) {
            fail(time, "called safe, but the archive does not hold it");
        }
        List<ClusterEvent> half = truth.halfDone(time);
        if (!half.isEmpty()) {
            fail(time, "called safe, but half done are " + half);
        }
    }

    /** A promise, once made, holds: whoever restored then would have got that state. */
    private void early(FoldRun fold, ClusterTime time) {
        if (!exact.isSafe(time) && fold.wasCalledSafe(time)) {
            List<ClusterEvent> half = truth.halfDone(time);
            if (!truth.isCovered(time)) {
                fail(time, "called safe at first, but the archive does not hold it");
            }
            if (!half.isEmpty()) {
                fail(time, "called safe at first, but half done are " + half);
            }
            shares.count("times called safe at first and not in the end", 1);
            exact.explain(time)
                    .reasons()
                    .forEach(r -> shares.count("called safe at first, then " + r.kind(), 1));
        }
    }

    private void explain(Times times, ClusterTime time) {
        Explanation told = exact.explain(time);
        if (told.safe() != told.reasons().isEmpty()) {
            fail(time, "safe is " + told.safe() + " with reasons " + told.reasons());
        }
        nearest(times, told);
        if (!told.safe()) {
            reasons(time, told.reasons());
        }
    }

    private void reasons(ClusterTime time, List<UnsafeInterval> reasons) {
        boolean covered = truth.isCovered(time);
        boolean caution = true;
        for (UnsafeInterval reason : reasons) {
            boolean coverage = Truth.isAboutCoverage(reason);
            boolean behind = reason.kind().equals("notArchived") && truth.isBehind(time);
            boolean now = coverage ? !covered || behind : truth.isUnderWay(reason, time);
            caution &= !now;
            shares.count("unsafe for " + reason.kind(), 1);
            boolean known = coverage ? truth.joinsUnseen(time) : truth.isKnown(reason);
            if (!now && !known) {
                fail(time, "called unsafe for what never was: " + reason);
            }
        }
        shares.count("unsafe times explained", 1);
        if (caution) {
            reasons.forEach(r -> shares.count("over-cautious for " + r.kind(), 1));
            shares.count("unsafe times with nothing under way (over-cautious)", 1);
        }
    }

    /** The nearest safe times are safe, and nothing between is. */
    private void nearest(Times times, Explanation told) {
        ClusterTime at = told.at();
        told.before().filter(t -> !exact.isSafe(t)).ifPresent(t -> fail(at, "before: " + t));
        told.after().filter(t -> !exact.isSafe(t)).ifPresent(t -> fail(at, "after: " + t));
        for (ClusterTime time : times.all()) {
            boolean between =
                    time.isBefore(at) && told.before().map(time::isAfter).orElse(true)
                            || time.isAfter(at) && told.after().map(time::isBefore).orElse(true);
            if (between && exact.isSafe(time)) {
                fail(at, time + " is safe and nearer than " + told.before() + told.after());
            }
        }
    }

    private void restore(ClusterTime time) {
        Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        try {
            RestorePlan plan = Restore.prepare(request(time, Map.of()), stored).plan();
            RestoreReport report = restored(time, plan, targets);
            Comparison comparison = new Comparison(life, time.toBson(), targets);
            List<String> differences = new ArrayList<>(comparison.run());
            report.problems().forEach(differences::add);
            if (seed % SERIAL_OF == 0) {
                differences.addAll(serially(plan, targets, report));
            }
            if (!differences.isEmpty()) {
                differences.add("transactions " + report.transactions());
                fail(
                        time,
                        "called safe, but restored wrongly: " + String.join("\n    ", differences));
            }
            shares.count("restores compared", 1);
            shares.count("documents compared", comparison.documents());
            shares.count("orphans removed", report.orphansRemoved());
            report.transactions()
                    .forEach(t -> shares.count("transactions at T " + t.decision(), 1));
            life.cluster
                    .oracle()
                    .inFlightAt(time.toBson())
                    .forEach(e -> shares.count("restored inside a " + e.kind(), 1));
        } catch (RestoreException.NotCovered unknown) {
            // Who reads the archive alone may not know when a shard joined.
            shares.count("safe times refused by the archive alone (over-cautious)", 1);
            if (stored.windows(Policy.EXACT).isSafe(time)) {
                fail(time, "called safe, but restore says: " + unknown.getMessage());
            }
        } catch (RestoreException refused) {
            fail(time, "called safe, but restore says: " + refused.getMessage());
        }
    }

    /** The same archive, one entry after the other: equal state. */
    private List<String> serially(
            RestorePlan plan, Map<String, MemoryRestoreTarget> targets, RestoreReport report) {
        SerialComparison comparison =
                new SerialComparison(
                        SerialArchive.replay(archive.bucket(), TestArchive.CLUSTER, plan),
                        targets,
                        report);
        List<String> differences = comparison.run();
        shares.count("restores compared with a serial replay", 1);
        shares.count("documents compared with a serial replay", comparison.documents());
        return differences;
    }

    private RestoreReport restored(
            ClusterTime time, RestorePlan plan, Map<String, MemoryRestoreTarget> targets) {
        Map<String, String> names = new HashMap<>();
        plan.replicaSets()
                .forEach(set -> names.put(set.replicaSet().name(), set.replicaSet().name()));
        return Restore.run(
                request(time, names),
                RestoreProgress.silent(),
                (name, o) -> targets.computeIfAbsent(name, n -> new MemoryRestoreTarget(n + ":1")));
    }

    /** What is captured but not yet archived may show an end that the archive does not know. */
    private RestoreRequest request(ClusterTime time, Map<String, String> names) {
        boolean force = !stored.windows(Policy.EXACT).isSafe(time);
        shares.count("restores forced: safe by what is captured only", force ? 1 : 0);
        return new RestoreRequest(
                archive.bucket(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                names,
                options(),
                new Safety(Policy.EXACT, force));
    }

    private RestoreOptions options() {
        int batch = 1 + random.nextInt(40);
        long cache = random.nextBoolean() ? 0 : 5_000;
        long transactions = random.nextBoolean() ? 0 : 1 << 20;
        return new RestoreOptions(batch, 20_000, cache, transactions, 2, 1_000_000);
    }

    private void count() {
        Map<String, Long> kinds = new TreeMap<>();
        life.cluster.oracle().events().forEach(e -> kinds.merge(e.kind(), 1L, Long::sum));
        life.others.forEach(e -> kinds.merge(e.kind(), 1L, Long::sum));
        life.diary.stream()
                .filter(line -> line.contains(" abort movePrimary"))
                .forEach(line -> kinds.merge("aborted movePrimary", 1L, Long::sum));
        life.diary.stream()
                .filter(line -> line.contains("timeseries"))
                .forEach(line -> kinds.merge("create of a time series", 1L, Long::sum));
        for (String rare : RareActions.NAMES) {
            life.diary.stream()
                    .filter(line -> line.contains(rare))
                    .forEach(line -> kinds.merge("asked for " + rare, 1L, Long::sum));
        }
        kinds.forEach((kind, times) -> shares.count("event " + kind, times));
        shares.count("seeds", 1);
        boolean gap = archive.oplogs().values().stream().anyMatch(o -> !o.gaps().isEmpty());
        shares.count("seeds with a gap", gap ? 1 : 0);
        long gaps = archive.oplogs().values().stream().mapToLong(o -> o.gaps().size()).sum();
        shares.count("seeds with several gaps", gaps > 1 ? 1 : 0);
        shares.count("records that end before their shard leaves", archive.departed().size());
        boolean anew = archive.oplogs().values().stream().anyMatch(o -> o.anew());
        shares.count("seeds with a replica set made anew", anew ? 1 : 0);
        shares.count("seeds archived up to before an outcome", archive.endsBeforeOutcome() ? 1 : 0);
        shares.count("seeds with bases", archive.bases().isEmpty() ? 0 : 1);
        if (seed % SERIAL_OF == 0) {
            archive.oplogs()
                    .values()
                    .forEach(
                            o ->
                                    o.archived()
                                            .forEach(
                                                    e -> shares.count("serially " + e.shape(), 1)));
        }
        shares.count(
                "entries", archive.oplogs().values().stream().mapToLong(o -> o.all().size()).sum());
        shares.count("ties in cluster time", ties());
    }

    /** Entries of different replica sets with the same cluster time. */
    private long ties() {
        Map<ClusterTime, Integer> sets = new HashMap<>();
        archive.oplogs()
                .values()
                .forEach(o -> o.all().forEach(e -> sets.merge(e.clusterTime(), 1, Integer::sum)));
        return sets.values().stream().filter(n -> n > 1).count();
    }
}
