package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final String MOVE = "{min:{x:0}, max:{x:9}, from:'s0', to:'s1'}";
    private final Entries entries = new Entries();
    private final TimelineFold fold =
            TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));

    @Test
    void aClusterArchivedFromItsBirthIsSafeFromItsFirstEntry() {
        fromBirth();
        archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(10), t(100)));
        assertThat(windows.restorableShare()).isEqualTo(1);
    }

    @Test
    void nothingIsSafeWithoutBase() {
        started(5);
        archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
        Explanation why = fold.explain(t(50), Policy.EXACT);
        assertThat(why.safe()).isFalse();
        assertThat(why.reasons()).extracting("kind").containsExactly("noBase");
        assertThat(why.before()).isEmpty();
        assertThat(why.after()).isEmpty();
    }

    @Test
    void aBaseOpensTheWindowAtTheEndOfItsScan() {
        started(5);
        base("b1", 20, 30);
        archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(30), t(100)));
        Explanation before = windows.explain(t(29));
        assertThat(before.reasons()).extracting("kind").containsExactly("noBase");
        assertThat(before.after()).contains(t(30));
    }

    @Test
    void anOutcomeLostInAHoleMattersUntilTheHoleEnds() {
        fromBirth();
        fold.gap(RS0, new Gap(t(40), t(50), "rolled over"));
        fold.base(new Base("b2", RS0, t(55), t(60)));
        archive(entries.quiet(10).prepare(RS0, 30, 1).noop(RS0, 40).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(
                        new RestoreWindow(t(10), t(30).previous()),
                        new RestoreWindow(t(60), t(100)));
    }

    @Test
    void aShardThatLeftLeavesNoTransactionOpen() {
        fromBirth();
        archive(
                entries.quiet(10)
                        .prepare(RS1, 20, 1)
                        .entry(CFG, 60, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                        .log(61, "removeShard", "", "{shard:'s1'}")
                        .quiet(100));

        assertThat(fold.windows(Policy.EXACT).isSafe(t(59))).isFalse();
        assertThat(fold.windows(Policy.EXACT).isSafe(t(70))).isTrue();
    }

    @Test
    void anEndBehindAHoleReachesBackToTheHole() {
        fromBirth();
        fold.gap(CFG, new Gap(t(40), t(50), "rolled over"));
        fold.base(new Base("b2", CFG, t(55), t(60)));
        archive(
                entries.quiet(10)
                        .noop(CFG, 40)
                        .log(70, "dropCollection", "shop.orders", "{}")
                        .quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(
                        new RestoreWindow(t(10), t(40).previous()),
                        new RestoreWindow(t(70), t(100)));
    }

    @Test
    void basesNeedNotBeTakenTogether() {
        started(5);
        fold.base(new Base("b1", CFG, t(20), t(30)));
        fold.base(new Base("b2", RS0, t(40), t(50)));
        fold.base(new Base("b3", RS1, t(10), t(20)));
        fold.gap(RS1, new Gap(t(70), t(80), "rolled over"));
        fold.base(new Base("b4", RS1, t(85), t(90)));
        archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(50), t(70)), new RestoreWindow(t(90), t(100)));
    }

    @Test
    void aBaseWhoseReplayStartWasNeverArchivedIsUseless() {
        started(25);
        base("b1", 20, 30);
        archive(entries.quiet(26).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
    }

    @Test
    void untoldBeginningsCountAsMissing() {
        base("b1", 5, 30);
        archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
    }

    @Test
    void aGapIsUnsafeUntilTheNextBase() {
        fromBirth();
        fold.gap(RS1, new Gap(t(40), t(50), "rolled over"));
        base("b2", 60, 70);
        archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows())
                .containsExactly(new RestoreWindow(t(10), t(40)), new RestoreWindow(t(70), t(100)));
        Explanation inside = windows.explain(t(65));
        assertThat(inside.reasons()).extracting("kind").containsExactly("gap");
        assertThat(inside.reasons().get(0).reason()).contains("rs1", "rolled over");
        assertThat(inside.before()).contains(t(40));
        assertThat(inside.after()).contains(t(70));
    }

    @Test
    void aGapBetweenReplayStartAndScanEndSpoilsTheBase() {
        started(5);
        base("b1", 20, 30);
        fold.gap(RS0, new Gap(t(24), t(26), "rolled over"));
        archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
    }

    @Test
    void anotherIncarnationNeedsANewBase() {
        fromBirth();
        fold.incarnationChanged(RS0, t(50), t(60));
        archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(10), t(50)));
        assertThat(windows.isSafe(t(60))).isFalse();
        assertThat(windows.explain(t(90)).reasons())
                .extracting("kind")
                .containsExactly("incarnationChange");
    }

    @Test
    void migrationsAreUnsafeUnderStrictOnly() {
        fromBirth();
        archive(
                entries.quiet(10)
                        .log(20, "moveChunk.start", "shop.orders", MOVE)
                        .log(80, "moveChunk.from", "shop.orders", MOVE)
                        .quiet(110));

        assertThat(fold.windows(Policy.EXACT).restorableShare()).isEqualTo(1);
        RestoreWindows strict = fold.windows(Policy.STRICT);
        assertThat(strict.windows())
                .containsExactly(
                        new RestoreWindow(t(10), t(20).previous()),
                        new RestoreWindow(t(80), t(110)));
        assertThat(strict.restorableShare()).isCloseTo(0.4, within(0.001));
        assertThat(strict.explain(t(50)).reasons().get(0).reason())
                .contains("moveChunk of shop.orders on s0, s1");
    }

    @Test
    void anOperationWithoutEndIsUnsafeToTheWatermark() {
        fromBirth();
        archive(entries.quiet(10).log(20, "dropCollection.start", "shop.orders", "{}").quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(10), t(20).previous()));
        assertThat(windows.explain(t(60)).reasons())
                .extracting("kind")
                .containsExactly("dropCollection");
        assertThat(windows.explain(t(60)).reasons().get(0).evidence()).hasSize(1);
    }

    @Test
    void theTimeOfTheEndIsSafeAgain() {
        fromBirth();
        archive(
                entries.quiet(10)
                        .log(20, "dropCollection.start", "shop.orders", "{}")
                        .log(30, "dropCollection", "shop.orders", "{}")
                        .quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.isSafe(t(20).previous())).isTrue();
        assertThat(windows.isSafe(t(20))).isFalse();
        assertThat(windows.isSafe(t(30).previous())).isFalse();
        assertThat(windows.isSafe(t(30))).isTrue();
    }

    @Test
    void aCommandThatOtherShardsMayFollowIsUnsafeUntilItSettles() {
        fromBirth();
        entries.quiet(10).insert(CFG, 11, "config.collections", "{_id:'shop.orders'}");
        String collMod = "{collMod:'orders', validator:{}}";
        archive(entries.command(RS0, 20, "shop", collMod).quiet(25));
        assertThat(fold.windows(Policy.EXACT).isSafe(t(22))).isFalse();

        archive(new Entries().quiet(31));
        assertThat(fold.windows(Policy.EXACT).isSafe(t(22))).isTrue();
    }

    @Test
    void anUnshardedCollectionsCommandIsSafeAtOnce() {
        fromBirth();
        String collMod = "{collMod:'log', validator:{}}";
        archive(entries.quiet(10).command(RS0, 20, "shop", collMod).quiet(25));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(10), t(25)));
    }

    @Test
    void aRemovalInProgressIsSafeUntilTheShardLeaves() {
        fromBirth();
        archive(
                entries.quiet(10)
                        .log(20, "removeShard.start", "", "{shard:'s1'}")
                        .entry(CFG, 60, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                        .quiet(65));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.isSafe(t(59))).isTrue();
        assertThat(windows.isSafe(t(62))).isFalse();
        assertThat(fold.windows(Policy.STRICT).isSafe(t(40))).isFalse();
    }

    @Test
    void anUndecidedTransactionIsUnsafeFromItsLastPrepare() {
        fromBirth();
        archive(entries.quiet(10).prepare(RS0, 20, 1).prepare(RS1, 30, 1).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.isSafe(t(29))).isTrue();
        assertThat(windows.isSafe(t(30))).isFalse();
        assertThat(windows.isSafe(t(100))).isFalse();
        assertThat(windows.explain(t(50)).reasons())
                .extracting("kind")
                .containsExactly("preparedTransaction");
    }

    @Test
    void anOutcomeThatIsCapturedButNotArchivedDoesNotCount() {
        fromBirth();
        feed(
                entries.quiet(10)
                        .prepare(RS0, 20, 1)
                        .prepare(RS1, 30, 1)
                        .commit(RS0, 50, 1, 30)
                        .quiet(100));
        archivedAll(40);
        assertThat(fold.windows(Policy.EXACT).isSafe(t(35))).isFalse();
        archivedAll(50);
        assertThat(fold.windows(Policy.EXACT).isSafe(t(35))).isTrue();
        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(10), t(50)));
    }

    @Test
    void anyShardsOutcomeOrTheCoordinatorsDecisionCounts() {
        fromBirth();
        archive(
                entries.quiet(10)
                        .prepare(RS0, 20, 1)
                        .prepare(RS1, 30, 1)
                        .abort(RS1, 40, 1)
                        .quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(10), t(100)));
    }

    @Test
    void theSetThatStopsHoldsTheWatermarkBackAndIsNamed() {
        fromBirth();
        archive(entries.quiet(10).noop(CFG, 100).noop(RS0, 90).noop(RS1, 40));

        assertThat(fold.archivedWatermark().at()).isEqualTo(t(40));
        assertThat(fold.archivedWatermark().heldBackBy()).containsExactly(RS1);
        Explanation later = fold.explain(t(70), Policy.EXACT);
        assertThat(later.safe()).isFalse();
        assertThat(later.reasons()).extracting("kind").containsExactly("notArchived");
        assertThat(later.reasons().get(0).reason()).contains("rs1");
        assertThat(later.before()).contains(t(40));
    }

    @Test
    void aNewShardJoinsTheWatermarkAndARemovedOneLeavesIt() {
        ReplicaSet rs2 = new ReplicaSet("rs2");
        fromBirth();
        fold.started(rs2, ClusterTime.ZERO);
        archive(
                entries.quiet(10)
                        .addShard(20, "s2", rs2)
                        .log(21, "addShard", "", "{name:'s2'}")
                        .quiet(100));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(20).previous());
        assertThat(fold.archivedWatermark().heldBackBy()).containsExactly(rs2);

        archive(new Entries().noop(rs2, 60));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(60));

        archive(
                new Entries()
                        .entry(CFG, 110, "{op:'d', ns:'config.shards', o:{_id:'s2'}}")
                        .quiet(200));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(60));

        archive(new Entries().noop(rs2, 111));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
    }

    @Test
    void aRemovedShardWhoseRecordEndsEarlierLeavesBehindAGap() {
        ReplicaSet rs2 = new ReplicaSet("rs2");
        fromBirth();
        fold.started(rs2, ClusterTime.ZERO);
        archive(
                entries.quiet(10)
                        .addShard(20, "s2", rs2)
                        .log(21, "addShard", "", "{name:'s2'}")
                        .noop(rs2, 60)
                        .entry(CFG, 110, "{op:'d', ns:'config.shards', o:{_id:'s2'}}")
                        .quiet(200));
        assertThat(fold.leaving()).containsExactly(rs2);
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(60));

        fold.ended(rs2, t(60));

        assertThat(fold.leaving()).isEmpty();
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
        RestoreWindows exact = fold.windows(Policy.EXACT);
        assertThat(exact.isSafe(t(60))).isTrue();
        assertThat(exact.isSafe(t(60).next())).isFalse();
        assertThat(exact.isSafe(t(110).previous())).isFalse();
        assertThat(exact.isSafe(t(150))).isTrue();
    }

    @Test
    void theEndOfARecordWaitsForWhatWasNotGivenYet() {
        fromBirth();
        fold.ended(RS1, t(60));
        archive(
                entries.quiet(10)
                        .entry(CFG, 110, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                        .noop(CFG, 200)
                        .noop(RS0, 200));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(10));

        archive(new Entries().noop(RS1, 60));

        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
        assertThat(fold.windows(Policy.EXACT).isSafe(t(60))).isTrue();
    }

    @Test
    void aShardThatJoinsWithDataNeedsABaseThatHoldsIt() {
        ReplicaSet rs2 = new ReplicaSet("rs2");
        fromBirth();
        fold.started(rs2, t(15));
        List.of(CFG, RS0, RS1, rs2).forEach(set -> fold.base(new Base("b2", set, t(60), t(70))));
        archive(
                entries.quiet(10)
                        .addShard(20, "s2", rs2)
                        .log(21, "addShard", "", "{name:'s2'}")
                        .noop(rs2, 100)
                        .quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(
                        new RestoreWindow(t(10), t(20).previous()),
                        new RestoreWindow(t(70), t(100)));
    }

    @Test
    void nearestSafeTimesOfASafeTimeAreItsNeighbours() {
        fromBirth();
        archive(entries.quiet(10).quiet(100));

        Explanation safe = fold.explain(t(50), Policy.EXACT);
        assertThat(safe.safe()).isTrue();
        assertThat(safe.reasons()).isEmpty();
        assertThat(safe.before()).contains(t(50).previous());
        assertThat(safe.after()).contains(t(50).next());
        assertThat(fold.explain(t(10), Policy.EXACT).before()).isEmpty();
        assertThat(fold.explain(t(100), Policy.EXACT).after()).isEmpty();
    }

    @Test
    void aSnapshotCarriesEverything() {
        fromBirth();
        base("b2", 60, 70);
        fold.gap(RS1, new Gap(t(40), t(50), "rolled over"));
        archive(
                entries.quiet(10)
                        .log(20, "moveChunk.start", "shop.orders", MOVE)
                        .prepare(RS0, 85, 1)
                        .quiet(90)
                        .log(95, "dropCollection.start", "a.b", "{}"));

        TimelineFold copy =
                TimelineFold.restore(
                        fold.snapshot(), io.tidemark.timeline.pair.PairingLimits.DEFAULT);

        for (Policy policy : Policy.values()) {
            assertThat(copy.windows(policy)).isEqualTo(fold.windows(policy));
        }
        assertThat(copy.events()).isEqualTo(fold.events()).isNotEmpty();
    }

    private void fromBirth() {
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, ClusterTime.ZERO));
    }

    private void started(long after) {
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, t(after)));
    }

    private void base(String id, long replayFrom, long end) {
        List.of(CFG, RS0, RS1).forEach(set -> fold.base(new Base(id, set, t(replayFrom), t(end))));
    }

    private void feed(Entries given) {
        given.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
    }

    private void archivedAll(long seconds) {
        List.of(CFG, RS0, RS1).forEach(set -> fold.archived(set, t(seconds)));
    }

    private void archive(Entries given) {
        feed(given);
        given.all().forEach(at -> fold.archived(at.replicaSet(), at.entry().clusterTime()));
    }
}
