package io.tidemark.capture.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Over locks in memory, cluster time being the machine's. */
class ClusterTurnTest {
    private static final OperationSettings SETTINGS =
            OperationSettings.of(
                    Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(10));
    private final AtomicLong aheadSeconds = new AtomicLong();
    private final AtomicLong increments = new AtomicLong();
    private final Locks locks =
            new InMemoryLocks(
                    () ->
                            new ClusterTime(
                                    System.currentTimeMillis() / 1000 + aheadSeconds.get(),
                                    increments.incrementAndGet()));
    private final OperationStates states = new InMemoryOperationStates();

    /** The machine's clock, which can be moved ahead. */
    private final OperationClock clock =
            new OperationClock() {
                @Override
                public long nanoTime() {
                    return System.nanoTime() + aheadSeconds.get() * 1_000_000_000L;
                }

                @Override
                public long millis() {
                    return System.currentTimeMillis() + aheadSeconds.get() * 1000;
                }
            };

    private ClusterTurn.Ports ports(String owner) {
        return new ClusterTurn.Ports(locks, states, clock, SETTINGS, owner);
    }

    private static ControlCommand command(String id, OperationKind kind) {
        return new ControlCommand(new OperationId(id), kind, Map.of(), 0);
    }

    @Test
    void onlyOneAtATimeAndTheOtherIsToldWho() throws InterruptedException {
        try (ClusterTurn prune =
                ClusterTurn.take(ports("cli-1"), command("prune-1", OperationKind.PRUNE))) {
            prune.check();
            assertThatThrownBy(
                            () ->
                                    ClusterTurn.take(
                                            ports("cli-2"),
                                            command("restore-1", OperationKind.RESTORE)))
                    .isInstanceOf(OperationHeldException.class)
                    .hasMessageContaining("prune prune-1")
                    .hasMessageContaining("cli-1")
                    .hasMessageContaining("since 20");
            prune.succeeded();
        }
        assertThat(phase("prune-1")).isEqualTo(OperationPhase.DONE);
        ClusterTurn.take(ports("cli-2"), command("restore-1", OperationKind.RESTORE)).close();
        assertThat(phase("restore-1"))
                .as("nobody said that it went well")
                .isEqualTo(OperationPhase.FAILED);
    }

    @Test
    void whatTheDeadLeftIsOverAndTheirLockIsTaken() throws InterruptedException {
        LockSighting free = locks.look(LockName.CLUSTER);
        LockSighting dead =
                locks.take(
                                free,
                                new Locks.LockClaim(
                                        new OperationId("snapshot-1"),
                                        OperationKind.SNAPSHOT,
                                        "agent-dead"))
                        .orElseThrow();
        states.create(
                OperationState.waiting(
                                command("snapshot-1", OperationKind.SNAPSHOT),
                                List.of(),
                                "agent-dead",
                                dead.token())
                        .running(Map.of()));
        Thread later = new Thread(this::letTimePass);
        aheadSeconds.addAndGet(12); // no sign of life for a while: it is watched
        later.start();

        try (ClusterTurn turn =
                ClusterTurn.take(ports("cli-1"), command("prune-1", OperationKind.PRUNE))) {
            turn.check();
        }
        assertThat(phase("snapshot-1")).isEqualTo(OperationPhase.FAILED);
        assertThat(states.find(new OperationId("snapshot-1")).orElseThrow().why().orElseThrow())
                .contains("agent-dead");
        later.join();
    }

    /** So that the test need not wait for it. */
    private void letTimePass() {
        try {
            for (int i = 0; i < 10; i++) {
                Thread.sleep(300);
                aheadSeconds.addAndGet(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoLostTheLockWhileHeSleptMayNotGoOn() throws InterruptedException {
        ClusterTurn sleeper =
                ClusterTurn.take(ports("cli-1"), command("prune-1", OperationKind.PRUNE));
        LockSighting theirs = locks.look(LockName.CLUSTER);
        locks.take(
                theirs,
                new Locks.LockClaim(new OperationId("next"), OperationKind.SNAPSHOT, "agent"));
        aheadSeconds.addAndGet(60);

        assertThatThrownBy(sleeper::check).isInstanceOf(FencedException.class);
        sleeper.close();
        assertThat(locks.look(LockName.CLUSTER).isHeldBy("agent")).isTrue();
    }

    private OperationPhase phase(String id) {
        return states.find(new OperationId(id)).orElseThrow().phase();
    }
}
