package io.tidemark.restore.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A run on one machine is paused at any moment, and one on another machine wants its target: there
 * is no moment at which both may write. One clock by hand stands for the clocks of both.
 */
final class TakeOverTest {
    private static final Namespace ORDERS = Namespace.of("shop.orders");
    private static final RawDocument PLAIN = RawDocument.of(new RawDocumentBuilder().build());

    private final MemoryRestoreTarget target = new MemoryRestoreTarget("rs:1");
    private final RunHolder elsewhere = elsewhere(17);
    private final RunLease lease = new RunLease(this::nanos, elsewhere);
    private final RestoreTarget fenced = FencedTarget.of(target, lease);
    private long seconds;
    private long pausedFrom = Long.MAX_VALUE;
    private long lastWritten;

    private static RunHolder elsewhere(int process) {
        return new RunHolder(
                UUID.randomUUID(),
                "another-boot/pid:[4026531836] " + process + " 2026-11-20T10:00:00Z",
                "process " + process + " on another host",
                0);
    }

    private long nanos() {
        return Duration.ofSeconds(seconds).toNanos();
    }

    @BeforeEach
    void aRunElsewhereIsAtWork() {
        lease.begin();
        lease.hold(
                Checkpoints.begin(
                        fenced,
                        MarkPlace.ALONE,
                        new RestoreMark(
                                UUID.randomUUID(),
                                "of cluster shop",
                                Map.of(),
                                TargetBefore.of(target.inspect()),
                                0,
                                Standing.begin(ClusterTime.ZERO),
                                List.of(),
                                Optional.empty(),
                                Optional.of(elsewhere))));
    }

    @AfterEach
    void end() {
        lease.close();
    }

    /** A second passes: who is not paused gives signs of life every five, and writes. */
    private void second() {
        seconds++;
        if (seconds >= pausedFrom) {
            return;
        }
        if (seconds % RunLease.BEAT.toSeconds() == 0) {
            lease.beat();
        }
        if (mayWrite()) {
            lastWritten = seconds;
        }
    }

    private boolean mayWrite() {
        try {
            lease.require();
            return true;
        } catch (RestoreException.Held fencedOff) {
            return false;
        }
    }

    private void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            second();
        }
    }

    /** What a run of another machine does before its first write; throws if it may not begin. */
    private void takeOver(RunHolder another) {
        RestoreMark found = Checkpoints.markOf(target).orElseThrow();
        LivingRuns living = new LivingRuns(RunLease.DEAD, this::pass);
        living.add(target, MarkPlace.ALONE, found);
        living.requireNone();
        Checkpoints.resume(target, MarkPlace.ALONE, found, another);
    }

    @Test
    void aRunThatGivesSignsOfLifeKeepsItsTarget() {
        pass(Duration.ofSeconds(42));

        assertThatThrownBy(() -> takeOver(elsewhere(18)))
                .isInstanceOf(RestoreException.Held.class)
                .hasMessageContaining("process 17 on another host");

        assertThat(seconds).isEqualTo(72);
        assertThat(mayWrite()).isTrue();
        assertThat(lastWritten).isEqualTo(72);
    }

    @Test
    void whoeverWakesUpAfterAnotherTookOverWritesNothing() {
        pass(Duration.ofSeconds(12));
        pausedFrom = 13;
        takeOver(elsewhere(18));
        assertThat(lastWritten).isEqualTo(12);
        RawDocument taken = target.readMark().orElseThrow();

        pausedFrom = Long.MAX_VALUE;
        assertThatThrownBy(() -> fenced.create(ORDERS, Optional.empty(), PLAIN))
                .isInstanceOf(RestoreException.Held.class)
                .hasMessageContaining("no sign of life");
        // Its signs of life don't reach the mark any more, and bring no trust back.
        lease.beat();
        assertThatThrownBy(() -> fenced.create(ORDERS, Optional.empty(), PLAIN))
                .isInstanceOf(RestoreException.Held.class);
        assertThat(target.collections()).doesNotContainKey(ORDERS);
        assertThat(target.readMark()).contains(taken);
    }

    @Test
    void whenItIsPausedAndForHowLongMakesNoMomentAtWhichBothWrite() {
        List<String> ends = new ArrayList<>();
        for (int paused = 0; paused <= 75; paused++) {
            for (int slept : new int[] {3, 15, 25, 45, 1_000}) {
                TakeOverTest one = new TakeOverTest();
                one.aRunElsewhereIsAtWork();
                ends.add(one.pausedFor(paused, slept));
                one.end();
            }
        }

        assertThat(ends).contains("taken over", "kept");
    }

    /** The other one begins to look after 40 seconds. */
    private String pausedFor(int from, int slept) {
        pausedFrom = from;
        long wakes = from + slept;
        boolean[] another = new boolean[1];
        LivingRuns.Pause passing =
                time -> {
                    for (long i = 0; i < time.toSeconds(); i++) {
                        if (seconds + 1 == wakes) {
                            pausedFrom = Long.MAX_VALUE;
                        }
                        second();
                        assertThat(another[0] && lastWritten == seconds)
                                .as("both write, paused at %d for %d s", from, slept)
                                .isFalse();
                    }
                };
        try {
            passing.sleep(Duration.ofSeconds(40));
            RestoreMark found = Checkpoints.markOf(target).orElseThrow();
            LivingRuns living = new LivingRuns(RunLease.DEAD, passing);
            living.add(target, MarkPlace.ALONE, found);
            living.requireNone();
            Checkpoints.resume(target, MarkPlace.ALONE, found, elsewhere(18));
            another[0] = true;
            assertThat(lastWritten).isLessThan(seconds);
            passing.sleep(Duration.ofSeconds(60));
            return "taken over";
        } catch (RestoreException.Held alive) {
            return "kept";
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts", e);
        }
    }

    @Test
    void ofTwoMachinesThatSawItDieOneTakesOver() {
        pausedFrom = 0;
        RestoreMark found = Checkpoints.markOf(target).orElseThrow();
        LivingRuns one = new LivingRuns(RunLease.DEAD, this::pass);
        LivingRuns other = new LivingRuns(RunLease.DEAD, this::pass);
        one.add(target, MarkPlace.ALONE, found);
        other.add(target, MarkPlace.ALONE, found);
        one.requireNone();
        other.requireNone();

        Checkpoints.resume(target, MarkPlace.ALONE, found, elsewhere(18));
        assertThatThrownBy(() -> Checkpoints.resume(target, MarkPlace.ALONE, found, elsewhere(19)))
                .isInstanceOf(RestoreException.Held.class);
    }
}
