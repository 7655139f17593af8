package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Restores of random clusters' lives, killed at random calls to their targets, again and again, and
 * started again each time: the result is the true state, users and roles too, and the report that
 * of a restore that nobody killed.
 *
 * <p>One seed alone: {@code -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class KilledRestoreTest {
    private static final int TIMES = 3;
    private static final int MOST_KILLS = 40;

    private long kills;
    private long restores;
    private long documents;
    private long accountsCompared;

    @Test
    void aRestoreThatIsKilledAnywhereAndRunAgainEndsAsIfNobodyHadKilledIt() {
        List<String> failures = new ArrayList<>();
        Long one = Long.getLong("tidemark.seed");
        long first = Long.getLong("tidemark.firstSeed", 1);
        LongStream seeds =
                one != null
                        ? LongStream.of(one)
                        : LongStream.range(first, first + Long.getLong("tidemark.seeds", 20));
        seeds.forEach(seed -> failures.addAll(run(seed)));
        System.out.println(
                restores
                        + " restores, killed "
                        + kills
                        + " times, "
                        + documents
                        + " documents, "
                        + accountsCompared
                        + " accounts");

        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        assertThat(accountsCompared).isPositive();
        assertThat(one != null || kills > restores).as("kills %d", kills).isTrue();
    }

    private List<String> run(long seed) {
        List<String> failures = new ArrayList<>();
        Accounts accounts = new Accounts(seed);
        try (RandomLife lived = new RandomLife(seed, accounts::write)) {
            lived.live();
            try (SeedArchive archive = new SeedArchive(lived.life, seed)) {
                lived.finishAll();
                ClusterTimeline stored =
                        new TimelineLookup(archive.bucket(), FrameKeys.NONE, TestArchive.CLUSTER)
                                .fromArchive(entries -> {});
                Random random = new Random(seed * 11 + 3);
                for (ClusterTime time : times(archive, stored, random, TIMES)) {
                    try {
                        failures.addAll(
                                restore(lived.life, accounts, archive, stored, time, random));
                    } catch (RuntimeException | AssertionError broken) {
                        java.io.StringWriter trace = new java.io.StringWriter();
                        broken.printStackTrace(new java.io.PrintWriter(trace));
                        failures.add("to " + time + ": " + trace);
                    }
                }
            }
        }
        accountsCompared += accounts.compared();
        return failures.stream().map(f -> "-Dtidemark.seed=" + seed + " " + f).toList();
    }

    /** Late ones, when there is something to restore, and the latest of all. */
    static List<ClusterTime> times(
            SeedArchive archive, ClusterTimeline stored, Random random, int most) {
        RestoreWindows windows = stored.windows(Policy.EXACT);
        List<ClusterTime> safe =
                archive.oplogs().values().stream()
                        .flatMap(oplog -> oplog.archived().stream())
                        .map(OplogEntry::clusterTime)
                        .distinct()
                        .sorted()
                        .filter(windows::isSafe)
                        .toList();
        List<ClusterTime> times = new ArrayList<>();
        for (int i = 0; i < most && !safe.isEmpty(); i++) {
            int late = safe.size() / 2 + random.nextInt((safe.size() + 1) / 2);
            times.add(safe.get(i == 0 ? safe.size() - 1 : Math.min(late, safe.size() - 1)));
        }
        return times;
    }

    private List<String> restore(
            Life life,
            Accounts accounts,
            SeedArchive archive,
            ClusterTimeline stored,
            ClusterTime time,
            Random random) {
        RestoreOptions options = options(random);
        Map<String, MemoryRestoreTarget> whole = new ConcurrentHashMap<>();
        DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
        RestoreReport wanted;
        try {
            wanted = run(archive, stored, time, options, whole, immortal);
        } catch (RestoreException refused) {
            return List.of();
        }
        restores++;
        Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        RestoreReport report = null;
        int killed = 0;
        while (report == null) {
            long last =
                    killed >= MOST_KILLS
                            ? Long.MAX_VALUE
                            : 1 + (long) (random.nextDouble() * immortal.calls());
            DyingTarget.Life mortal = new DyingTarget.Life(last, random);
            try {
                report = run(archive, stored, time, options, targets, mortal);
            } catch (DyingTarget.Killed dead) {
                killed++;
                kills++;
            } catch (RestoreException refused) {
                boolean marked = targets.values().stream().anyMatch(t -> t.readMark().isPresent());
                if (killed == 0 || marked) {
                    return List.of("to " + time + ", killed " + killed + " times: " + refused);
                }
                // Killed when the last mark was gone: it was done, as the comparison shows.
                report = wanted;
            }
        }
        Comparison comparison = new Comparison(life, time.toBson(), targets);
        List<String> differences = new ArrayList<>(comparison.run());
        documents += comparison.documents();
        differences.addAll(accounts.differences(life, time.toBson(), targets));
        targets.forEach(
                (name, target) -> {
                    if (target.readMark().isPresent()) {
                        differences.add("the mark is left in " + name);
                    }
                    target.data().collections().keySet().stream()
                            .filter(ns -> ns.database().equals("tidemark_restore"))
                            .forEach(ns -> differences.add("left in " + name + ": " + ns));
                });
        if (!told(report).equals(told(wanted))) {
            differences.add("report " + told(report) + "\n       but was " + told(wanted));
        }
        int times = killed;
        return differences.stream()
                .map(d -> "to " + time + ", killed " + times + ": " + d)
                .toList();
    }

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

    private static RestoreReport run(
            SeedArchive archive,
            ClusterTimeline stored,
            ClusterTime time,
            RestoreOptions options,
            Map<String, MemoryRestoreTarget> targets,
            DyingTarget.Life process) {
        Map<String, String> names = new HashMap<>();
        Restore.prepare(request(archive, time, names, options), stored)
                .plan()
                .replicaSets()
                .forEach(set -> names.put(set.replicaSet().name(), set.replicaSet().name()));
        return Restore.run(
                request(archive, time, names, options),
                RestoreProgress.silent(),
                (name, o) ->
                        new DyingTarget(
                                targets.computeIfAbsent(name, n -> Accounts.target(n + ":1")),
                                process));
    }

    private static RestoreRequest request(
            SeedArchive archive,
            ClusterTime time,
            Map<String, String> names,
            RestoreOptions options) {
        return new RestoreRequest(
                archive.bucket(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                names,
                options,
                new Safety(Policy.EXACT, false));
    }

    static RestoreOptions options(Random random) {
        int batch = 1 + random.nextInt(20);
        long cache = random.nextBoolean() ? 0 : 5_000;
        long remembered = random.nextBoolean() ? 0 : 1_000_000;
        return new RestoreOptions(batch, 20_000, cache, 1 << 20, 2, remembered)
                .withCheckpoints(
                        new RestoreOptions.Frequency(
                                1 + random.nextInt(60), Duration.ofMillis(random.nextInt(20))));
    }
}
