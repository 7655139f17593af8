package io.tidemark.cli.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.UnreachableException;
import io.tidemark.storage.retention.EndedSnapshots;
import io.tidemark.storage.retention.Holds;
import io.tidemark.storage.retention.OperationLock;
import io.tidemark.storage.retention.Prune;
import io.tidemark.storage.retention.PrunePlan;
import io.tidemark.storage.retention.RetentionRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Prunes random buckets and asks the real planner what is left. */
class PrunePropertyTest {
    private static final long SEED = Long.getLong("tidemark.seed", 1);
    private static final int BUCKETS = Integer.getInteger("tidemark.test.buckets", 24);
    private static final int BOUNDARIES = 15;

    private record Case(RandomBucket bucket, RetentionRule rule, Instant now, Set<String> held) {
        Prune prune(ObjectStore store) {
            return new Prune(
                    store, RandomBucket.CLUSTER, OperationLock.NONE, EndedSnapshots.UNKNOWN);
        }

        /** Boundaries by chance, and the moments before and after them. */
        List<ClusterTime> times() {
            List<ClusterTime> all = new ArrayList<>(bucket.times);
            Collections.shuffle(all, new Random(all.size()));
            TreeSet<ClusterTime> asked = new TreeSet<>();
            for (ClusterTime time : all.subList(0, Math.min(BOUNDARIES, all.size()))) {
                asked.add(time.previous());
                asked.add(time);
                asked.add(time.next());
            }
            asked.add(new ClusterTime(RandomBucket.START - 5, 1));
            return new ArrayList<>(asked);
        }

        /** Of days by the clock alone; of counts and holds by the bases that the plan names. */
        Predicate<ClusterTime> kept() {
            if (rule.days().isPresent()) {
                ClusterTime since =
                        new ClusterTime(
                                now.getEpochSecond() - rule.days().getAsInt() * RandomBucket.DAY,
                                0);
                return time -> !time.isBefore(since);
            }
            ClusterTime from = oldestCounted();
            return time -> !time.isBefore(from);
        }

        /** From the latest of each set's oldest counted base on. */
        private ClusterTime oldestCounted() {
            PrunePlan plan = prune(bucket.store).plan(rule, now);
            Map<ReplicaSet, ClusterTime> oldest = new TreeMap<>();
            plan.kept()
                    .forEach(
                            (base, why) -> {
                                if (why.startsWith("one of the")) {
                                    oldest.merge(
                                            base.place().replicaSet(),
                                            base.usableFrom(),
                                            ClusterTime::min);
                                }
                            });
            return oldest.values().stream().max(ClusterTime::compareTo).orElse(ClusterTime.MAX);
        }
    }

    private static Case of(long seed) {
        RandomBucket bucket = new RandomBucket(seed);
        Random random = new Random(seed);
        boolean byDays = random.nextBoolean();
        RetentionRule rule =
                byDays
                        ? new RetentionRule(
                                OptionalInt.of(1 + random.nextInt(RandomBucket.DAYS)),
                                random.nextBoolean()
                                        ? OptionalInt.empty()
                                        : OptionalInt.of(1 + random.nextInt(4)))
                        : new RetentionRule(
                                OptionalInt.empty(), OptionalInt.of(1 + random.nextInt(4)));
        Set<String> held = new TreeSet<>();
        Holds holds = new Holds(bucket.store, RandomBucket.CLUSTER);
        if (!bucket.snapshots.isEmpty() && random.nextInt(3) == 0) {
            held.add(bucket.snapshots.get(random.nextInt(bucket.snapshots.size())));
            held.forEach(holds::add);
        }
        Instant now = Instant.ofEpochSecond(RandomBucket.END + random.nextInt(200_000) - 50_000);
        return new Case(bucket, rule, now, held);
    }

    @Test
    void everyKeptTimeIsPlannedAsBeforeAndNoneIsAdded() {
        System.out.println("seeds " + SEED + " to " + (SEED + BUCKETS - 1));
        long restorable = 0;
        long removed = 0;
        for (long seed = SEED; seed < SEED + BUCKETS; seed++) {
            Case one = of(seed);
            List<ClusterTime> times = one.times();
            PrunedNothingNeeded invariant = new PrunedNothingNeeded(one.bucket().store, times);
            Predicate<ClusterTime> kept = one.kept();
            TreeSet<String> before = one.bucket().store.keys();

            PrunePlan shown = one.prune(one.bucket().store).plan(one.rule(), one.now());
            assertThat(one.bucket().store.keys()).isEqualTo(before);
            PrunePlan done = one.prune(one.bucket().store).run(one.rule(), one.now(), n -> {});

            assertThat(done).as("seed %d: dry run", seed).isEqualTo(shown);
            invariant.check(one.bucket().store, times, kept, "seed " + seed);
            requireHeld(one, before, seed);
            requireWholeBases(done, before, one.bucket().store.keys(), seed);
            restorable += invariant.restorable(kept);
            removed += before.size() - one.bucket().store.keys().size();
            assertThat(one.prune(one.bucket().store).plan(one.rule(), one.now()).isEmpty())
                    .as("seed %d: a second run has nothing to do", seed)
                    .isTrue();
        }
        // Else nothing was tested.
        assertThat(restorable).isGreaterThan(BUCKETS);
        assertThat(removed).isGreaterThan(BUCKETS * 5L);
    }

    /** Every object of a base that stays, and none of one that went. */
    private static void requireWholeBases(
            PrunePlan done, TreeSet<String> before, TreeSet<String> after, long seed) {
        TreeSet<String> expected = new TreeSet<>();
        done.kept()
                .keySet()
                .forEach(
                        base ->
                                before.stream()
                                        .filter(k -> k.startsWith(KeyPrefix.base(base.place())))
                                        .forEach(expected::add));
        assertThat(after.stream().filter(key -> key.contains("/base/")))
                .as("seed %d", seed)
                .containsExactlyElementsOf(expected);
    }

    private static void requireHeld(Case one, TreeSet<String> before, long seed) {
        for (String id : one.held()) {
            List<String> bases =
                    before.stream().filter(key -> key.contains("/base/" + id + "/")).toList();
            assertThat(one.bucket().store.keys()).as("seed %d", seed).containsAll(bases);
        }
    }

    @Test
    void killedAtAnyPointNothingNeededIsGoneAndASecondRunEndsIt() {
        System.out.println("seeds " + SEED + " to " + (SEED + BUCKETS / 4));
        int points = 0;
        for (long seed = SEED; seed <= SEED + BUCKETS / 4; seed++) {
            Case one = of(seed);
            List<ClusterTime> times = one.times();
            PrunedNothingNeeded invariant = new PrunedNothingNeeded(one.bucket().store, times);
            Predicate<ClusterTime> kept = one.kept();
            HeldInMemory whole = one.bucket().store.copy();
            one.prune(whole).run(one.rule(), one.now(), n -> {});
            Random random = new Random(seed);
            for (int kill = 0; kill < 5; kill++) {
                HeldInMemory store = one.bucket().store.copy();
                store.dieAfter(random.nextInt(20));
                try {
                    one.prune(store).run(one.rule(), one.now(), n -> {});
                } catch (UnreachableException killed) {
                    points++;
                }
                store.live();
                invariant.check(store, times, kept, "seed " + seed + ", killed");
                one.prune(store).run(one.rule(), one.now(), n -> {});
                assertThat(store.keys()).as("seed %d", seed).isEqualTo(whole.keys());
            }
        }
        assertThat(points).isGreaterThanOrEqualTo(20);
    }
}
