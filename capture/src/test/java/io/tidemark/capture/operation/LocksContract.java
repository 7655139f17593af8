package io.tidemark.capture.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link Locks} keeps. */
abstract class LocksContract {
    private static final OperationId FIRST = new OperationId("first");
    private static final OperationId SECOND = new OperationId("second");

    /** Fresh ones in each test. */
    abstract Locks locks() throws Exception;

    @Test
    void aLockNobodyEverHadIsFree() throws Exception {
        LockSighting seen = locks().look(LockName.CLUSTER);

        assertThat(seen.isFree()).isTrue();
        assertThat(seen.token()).isZero();
        assertThat(seen.now().seconds()).isPositive();
    }

    @Test
    void whoTakesALockIsSeenAsItsHolder() throws Exception {
        Locks locks = locks();

        LockSighting ours = take(locks, "a").orElseThrow();

        LockSighting seen = locks.look(LockName.CLUSTER);
        assertThat(seen.isHeldBy("a")).isTrue();
        assertThat(seen.isFor(FIRST)).isTrue();
        assertThat(seen.holder().orElseThrow().kind()).isEqualTo(OperationKind.SNAPSHOT);
        assertThat(seen.holder().orElseThrow().acquiredAt().seconds()).isPositive();
        assertThat(seen.token()).isEqualTo(ours.token()).isPositive();
    }

    @Test
    void aLockIsTakenOnlyAsItWasSeen() throws Exception {
        Locks locks = locks();
        LockSighting free = locks.look(LockName.CLUSTER);
        assertThat(take(locks, "a")).isPresent();

        assertThat(locks.take(free, claim(SECOND, "b"))).isEmpty();
        assertThat(locks.look(LockName.CLUSTER).isHeldBy("a")).isTrue();
    }

    @Test
    void aSignOfLifeForestallsATakeOver() throws Exception {
        Locks locks = locks();
        LockSighting ours = take(locks, "a").orElseThrow();
        LockSighting seen = locks.look(LockName.CLUSTER);

        assertThat(locks.beat(LockName.CLUSTER, "a", ours.token())).isTrue();

        assertThat(locks.take(seen, claim(SECOND, "b"))).isEmpty();
        assertThat(locks.look(LockName.CLUSTER).heartbeat()).isGreaterThan(seen.heartbeat());
    }

    @Test
    void theOneWhoLostALockNeitherRenewsNorFreesIt() throws Exception {
        Locks locks = locks();
        LockSighting before = take(locks, "a").orElseThrow();
        LockSighting after = take(locks, "b").orElseThrow();

        assertThat(after.token()).isGreaterThan(before.token());
        assertThat(locks.beat(LockName.CLUSTER, "a", before.token())).isFalse();
        locks.release(LockName.CLUSTER, "a", before.token());
        assertThat(locks.look(LockName.CLUSTER).isHeldBy("b")).isTrue();
    }

    @Test
    void theSameOwnerWithAnOldTokenHasLostItToo() throws Exception {
        Locks locks = locks();
        long old = take(locks, "a").orElseThrow().token();
        assertThat(take(locks, "a")).isPresent();

        assertThat(locks.beat(LockName.CLUSTER, "a", old)).isFalse();
    }

    @Test
    void aTokenIsNeverUsedTwiceAlsoAfterTheLockWasFreed() throws Exception {
        Locks locks = locks();
        long last = 0;
        for (int i = 0; i < 5; i++) {
            LockSighting ours = take(locks, "a").orElseThrow();
            assertThat(ours.token()).isGreaterThan(last);
            last = ours.token();
            locks.release(LockName.CLUSTER, "a", ours.token());
            assertThat(locks.look(LockName.CLUSTER).isFree()).isTrue();
        }
    }

    @Test
    void ofManyThatSeeTheSameOneWins() throws Exception {
        Locks locks = locks();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 10; round++) {
                LockName name = new LockName("race-" + round);
                LockSighting seen = locks.look(name);
                List<Callable<Boolean>> all =
                        IntStream.range(0, 8)
                                .mapToObj(
                                        i ->
                                                (Callable<Boolean>)
                                                        () ->
                                                                locks.take(
                                                                                seen,
                                                                                claim(
                                                                                        FIRST,
                                                                                        "a" + i))
                                                                        .isPresent())
                                .toList();
                int winners = 0;
                for (var each : threads.invokeAll(all)) {
                    winners += each.get() ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void locksOfOtherNamesAreOthers() throws Exception {
        Locks locks = locks();
        assertThat(take(locks, "a")).isPresent();

        assertThat(locks.look(new LockName("replicaSet/rs0")).isFree()).isTrue();
    }

    private static Optional<LockSighting> take(Locks locks, String owner) {
        return locks.take(locks.look(LockName.CLUSTER), claim(FIRST, owner));
    }

    private static Locks.LockClaim claim(OperationId id, String owner) {
        return new Locks.LockClaim(id, OperationKind.SNAPSHOT, owner);
    }
}
