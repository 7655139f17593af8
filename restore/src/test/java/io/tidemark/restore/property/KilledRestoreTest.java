package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.Placement;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Restores of random clusters' lives, killed at random calls to their targets, again and again, and
 * started again each time: the result is the true state, users and roles too, and the report that
 * of a restore that nobody killed.
 *
 * <p>One seed alone: {@code -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class KilledRestoreTest {
    private static final int MOST_KILLS = 40;

    private long kills;
    private long restores;
    private long documents;
    private long accountsCompared;
    private long keeping;
    private long takenBack;
    private Accounts accounts;

    @Test
    void aRestoreThatIsKilledAnywhereAndRunAgainEndsAsIfNobodyHadKilledIt() {
        ArchivedLives lives =
                new ArchivedLives(20, 3, seed -> seed * 11 + 3, ArchivedLives.LATE)
                        .living(this::withAccounts);

        List<String> failures = lives.failures(this::restore);

        System.out.printf(
                "%d restores, %d of them keeping what was there, killed %d times, %d taken back,"
                        + " %d documents, %d accounts%n",
                restores, keeping, kills, takenBack, documents, accountsCompared);
        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        assertThat(accountsCompared).isPositive();
        assertThat(ArchivedLives.isOne() || keeping > 0).isTrue();
        assertThat(ArchivedLives.isOne() || kills > restores).as("kills %d", kills).isTrue();
    }

    private RandomLife withAccounts(long seed) {
        accounts = new Accounts(seed);
        return new RandomLife(seed, accounts::write);
    }

    private List<String> restore(ArchivedLives.Lived lived, ClusterTime time) {
        Random random = lived.random();
        RestoreOptions options = KilledRuns.options(random);
        DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
        Map<String, MemoryRestoreTarget> whole = new ConcurrentHashMap<>();
        RestoreReport wanted;
        try {
            wanted = run(lived, time, options, whole, immortal);
        } catch (RestoreException refused) {
            return List.of();
        }
        restores++;
        if (restores % 3 == 0) {
            return restoreOver(
                    new Previous(whole, restores), lived, time, options, immortal.calls());
        }
        Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        Comparison comparison = new Comparison(lived.life(), time.toBson(), targets);
        KilledRuns runs = new KilledRuns(random, immortal.calls(), MOST_KILLS);
        RestoreReport report =
                runs.toTheEnd(
                                process -> run(lived, time, options, targets, process),
                                () -> isDone(lived.life(), time, targets))
                        .orElse(wanted);
        kills += runs.kills();
        List<String> differences = new ArrayList<>(comparison.run());
        documents += comparison.documents();
        long before = accounts.compared();
        differences.addAll(accounts.differences(lived.life(), time.toBson(), targets));
        accountsCompared += accounts.compared() - before;
        differences.addAll(ArchivedLives.leftovers(targets));
        differences.addAll(KilledRuns.differences(report, wanted));
        return differences.stream().map(d -> "killed " + runs.kills() + ": " + d).toList();
    }

    /** Into targets that hold data, which are kept; now and then it is taken back on the way. */
    private List<String> restoreOver(
            Previous previous,
            ArchivedLives.Lived lived,
            ClusterTime time,
            RestoreOptions options,
            long calls) {
        keeping++;
        Random random = lived.random();
        Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        KilledRuns runs = new KilledRuns(random, calls, MOST_KILLS / 4);
        AtomicBoolean anew = new AtomicBoolean();
        runs.toTheEnd(
                process -> {
                    // Cut off itself, it must be taken back again.
                    if (runs.kills() > 0 && random.nextInt(10) == 0 && !anew.getAndSet(true)) {
                        takenBack++;
                    }
                    return run(
                            lived,
                            time,
                            options.restarting(anew.get()),
                            Optional.of(previous),
                            targets,
                            process);
                },
                () -> isDone(lived.life(), time, targets));
        kills += runs.kills();
        List<String> differences =
                new ArrayList<>(new Comparison(lived.life(), time.toBson(), targets).run());
        differences.addAll(accounts.differences(lived.life(), time.toBson(), targets));
        differences.addAll(previous.differences(targets));
        differences.addAll(ArchivedLives.leftovers(targets));
        return differences.stream().map(d -> "keeping, killed " + runs.kills() + ": " + d).toList();
    }

    /** Killed when the last mark was gone; before the first one there is nothing in a target. */
    static boolean isDone(Life life, ClusterTime time, Map<String, MemoryRestoreTarget> targets) {
        return targets.values().stream().noneMatch(t -> t.readMark().isPresent())
                && new Comparison(life, time.toBson(), targets).run().isEmpty();
    }

    private static RestoreReport run(
            ArchivedLives.Lived lived,
            ClusterTime time,
            RestoreOptions options,
            Map<String, MemoryRestoreTarget> targets,
            DyingTarget.Life process) {
        return run(lived, time, options, Optional.empty(), targets, process);
    }

    private static RestoreReport run(
            ArchivedLives.Lived lived,
            ClusterTime time,
            RestoreOptions options,
            Optional<Previous> previous,
            Map<String, MemoryRestoreTarget> targets,
            DyingTarget.Life process) {
        Placement placement = previous.map(Previous::placement).orElse(Placement.SAME);
        Map<String, String> names = new HashMap<>();
        Restore.prepare(request(lived, time, names, options, placement), lived.timeline())
                .plan()
                .replicaSets()
                .forEach(set -> names.put(set.replicaSet().name(), set.replicaSet().name()));
        return Restore.run(
                request(lived, time, names, options, placement),
                RestoreProgress.silent(),
                (name, o) ->
                        new DyingTarget(
                                targets.computeIfAbsent(name, n -> target(n, previous)), process));
    }

    private static MemoryRestoreTarget target(String name, Optional<Previous> previous) {
        MemoryRestoreTarget target = Accounts.target(name + ":1");
        previous.ifPresent(before -> before.fill(name, target));
        return target;
    }

    private static RestoreRequest request(
            ArchivedLives.Lived lived,
            ClusterTime time,
            Map<String, String> names,
            RestoreOptions options,
            Placement placement) {
        return new RestoreRequest(
                lived.archive().bucket(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                names,
                options,
                new Safety(Policy.EXACT, false),
                placement);
    }
}
