package io.tidemark.restore.property;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * For random clusters and random times: a time that policy exact calls safe restores to the true
 * state; one that it calls unsafe has an operation in flight, or is not in the archive. What was
 * called safe on the way, when less was known, is held against the truth as well. To every second
 * life, and to all from seed 1,000,001 on, happens what {@link RareActions} does.
 *
 * <p>One seed alone: {@code -Dtidemark.seed=N} (its diary with {@code -Dtidemark.diary=true}). More
 * seeds: {@code -Dtidemark.seeds=100000}, from another one on with {@code -Dtidemark.firstSeed=N}.
 */
final class SafeTimesPropertyTest {
    private static final int SHOWN = 20;
    private static final int ENOUGH = 500;

    /** How often each thing happens in a hundred lives, at least. */
    private static final Map<String, Integer> EVENTS_PER_HUNDRED =
            Map.ofEntries(
                    entry("moveChunk", 50),
                    entry("transaction", 130),
                    entry("split", 20),
                    entry("shardCollection", 150),
                    entry("dropCollection", 12),
                    entry("renameCollection", 15),
                    entry("dropDatabase", 5),
                    entry("movePrimary", 4),
                    entry("refineShardKey", 4),
                    entry("createIndexes", 3),
                    entry("dropIndexes", 1),
                    entry("collMod", 2),
                    entry("merge", 8),
                    entry("reshardCollection", 4),
                    entry("reshardCommit", 3),
                    entry("aborted movePrimary", 1),
                    entry("create of a time series", 8),
                    entry("setFeatureCompatibilityVersion", 15),
                    entry("addShard", 100),
                    entry("removeShard", 1));

    @Test
    void whatIsCalledSafeRestoresToTheTruthAndWhatIsCalledUnsafeIsForAReason() throws Exception {
        Shares shares = new Shares();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        long[] seeds = seeds();
        long begun = System.nanoTime();
        // One more than processors: each waits at times.
        ExecutorService threads =
                Executors.newFixedThreadPool(1 + Runtime.getRuntime().availableProcessors());
        for (long seed : seeds) {
            threads.execute(
                    () -> {
                        try {
                            failures.addAll(named(seed, new OneSeed(seed, shares).run()));
                        } catch (RuntimeException | Error broken) {
                            failures.add("seed " + seed + " ended with " + broken);
                        }
                    });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.HOURS)).isTrue();
        System.out.println(
                seeds.length
                        + " seeds in "
                        + (System.nanoTime() - begun) / 1_000_000_000
                        + " s\n"
                        + shares);

        if (seeds.length >= ENOUGH) {
            requireNotVacuous(shares, seeds.length);
        }
        assertThat(failures.size())
                .as("%s", failures.stream().limit(SHOWN).collect(Collectors.joining("\n")))
                .isZero();
    }

    private static void requireNotVacuous(Shares shares, int seeds) {
        EVENTS_PER_HUNDRED.forEach(
                (kind, least) -> requireAtLeast(shares, "event " + kind, least * seeds / 100));
        requireAtLeast(shares, "restores compared", 3 * seeds);
        requireAtLeast(shares, "documents compared", 20 * seeds);
        requireAtLeast(shares, "merged restores compared", seeds / 5);
        requireAtLeast(shares, "selected collections compared", seeds / 10);
        requireAtLeast(shares, "restores compared with a serial replay", seeds / 2);
        requireAtLeast(shares, "serially VECTORED_INSERT", seeds / 20);
        requireAtLeast(shares, "serially TRANSACTION_END", seeds / 20);
        requireAtLeast(shares, "serially COMMIT", seeds / 5);
        requireAtLeast(shares, "unsafe times explained", 5 * seeds);
        requireAtLeast(shares, "restored inside a moveChunk", seeds / 2);
        requireAtLeast(shares, "restored inside a transaction", seeds);
        requireAtLeast(shares, "transactions at T in", seeds / 5);
        requireAtLeast(shares, "transactions at T out", seeds / 5);
        requireAtLeast(shares, "transactions at T undecided", 1);
        requireAtLeast(shares, "orphans removed", seeds / 2);
        requireAtLeast(shares, "seeds with a gap", seeds / 10);
        requireAtLeast(shares, "records that end before their shard leaves", seeds / 100);
        requireAtLeast(shares, "seeds with a replica set made anew", seeds / 25);
        requireAtLeast(shares, "seeds with bases", seeds / 4);
        requireAtLeast(shares, "seeds archived up to before an outcome", seeds / 20);
        requireAtLeast(shares, "unsafe for preparedTransaction", seeds / 4);
        requireAtLeast(shares, "ties in cluster time", seeds);
        requireAtLeast(shares, "seeds with several gaps", seeds / 50);
        for (String rare : RareActions.NAMES) {
            requireAtLeast(shares, "event asked for " + rare, seeds / 100);
        }
        long unsafe = shares.of("unsafe times explained");
        long cautious = shares.of("unsafe times with nothing under way (over-cautious)");
        assertThat(cautious).as("unsafe without reason, of %s", unsafe).isLessThan(unsafe / 20);
    }

    private static void requireAtLeast(Shares shares, String what, long least) {
        assertThat(shares.of(what)).as(what).isGreaterThanOrEqualTo(least);
    }

    private static List<String> named(long seed, List<String> failures) {
        return failures.stream()
                .map(f -> f + "\n  again: -Dtest=SafeTimesPropertyTest -Dtidemark.seed=" + seed)
                .toList();
    }

    private static long[] seeds() {
        Long one = Long.getLong("tidemark.seed");
        long first = Long.getLong("tidemark.firstSeed", 1);
        return one != null
                ? new long[] {one}
                : LongStream.range(first, first + Long.getLong("tidemark.seeds", 1000)).toArray();
    }
}
