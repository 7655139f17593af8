package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import org.junit.jupiter.api.Test;

/** What operations and undecided transactions take out of a window, and for how long. */
class WindowOperationsTest {
    private static final String MOVE = "{min:{x:0}, max:{x:9}, from:'s0', to:'s1'}";
    private final Entries entries = new Entries();
    private final FoldedCluster cluster = new FoldedCluster();
    private final TimelineFold fold = cluster.fold;

    @Test
    void anOutcomeLostInAHoleMattersUntilTheHoleEnds() {
        cluster.fromBirth();
        fold.gap(RS0, new Gap(t(40), t(50), "rolled over"));
        fold.base(new Base("b2", RS0, t(55), t(60)));
        cluster.archive(entries.quiet(10).prepare(RS0, 30, 1).noop(RS0, 40).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(
                        new RestoreWindow(t(10), t(30).previous()),
                        new RestoreWindow(t(60), t(100)));
    }

    @Test
    void anEndBehindAHoleReachesBackToTheHole() {
        cluster.fromBirth();
        fold.gap(CFG, new Gap(t(40), t(50), "rolled over"));
        fold.base(new Base("b2", CFG, t(55), t(60)));
        cluster.archive(
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
    void whatMayHaveBeenShardedInAHoleIsNotTakenForUnsharded() {
        cluster.fromBirth();
        fold.gap(CFG, new Gap(t(40), t(50), "rolled over"));
        fold.base(new Base("b2", CFG, t(55), t(60)));
        cluster.archive(
                entries.quiet(10)
                        .noop(CFG, 40)
                        .quiet(70)
                        .command(RS0, 80, "shop", "{collMod:'orders', validator:{a:1}}")
                        .quiet(85));
        RestoreWindow before = new RestoreWindow(t(60), t(80).previous());

        // The other shard's part may follow.
        assertThat(fold.windows(Policy.EXACT).windows()).contains(before).hasSize(2);

        cluster.archive(
                entries.command(RS1, 86, "shop", "{collMod:'orders', validator:{a:1}}").quiet(110));
        assertThat(fold.windows(Policy.EXACT).windows())
                .contains(before, new RestoreWindow(t(86), t(110)));
    }

    @Test
    void aReshardingThatSeemedToEndInAHoleIsUnsafeWhereItChangesOverAfterwards() {
        cluster.fromBirth();
        fold.gap(CFG, new Gap(t(40), t(50), "rolled over"));
        fold.base(new Base("b2", CFG, t(55), t(60)));
        String id = "{_id:{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAQ==', subType:'04'}}";
        String document = "config.reshardingOperations";
        String uuid = "00000000-0000-0000-0000-000000000001";
        String line = "resharding.coordinator.transition";
        String blocking = "{newState:'blocking-writes', reshardingUUID:'" + uuid + "'}";
        cluster.archive(
                entries.quiet(10)
                        .insert(CFG, 20, document, id + ", ns:'shop.orders', state:'cloning'}")
                        .noop(CFG, 40)
                        .quiet(70)
                        .log(80, line, "shop.orders", blocking)
                        .quiet(85)
                        .entry(CFG, 90, "{op:'d', ns:'" + document + "', o:" + id + "}}")
                        .quiet(110));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(
                        new RestoreWindow(t(10), t(40)),
                        new RestoreWindow(t(60), t(80).previous()),
                        new RestoreWindow(t(90), t(110)));
        assertThat(fold.events())
                .extracting(TopologyEvent::from)
                .as("one and the same")
                .containsExactly(t(20));
    }

    @Test
    void migrationsAreUnsafeUnderStrictOnly() {
        cluster.fromBirth();
        cluster.archive(
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
        cluster.fromBirth();
        cluster.archive(
                entries.quiet(10).log(20, "dropCollection.start", "shop.orders", "{}").quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(10), t(20).previous()));
        assertThat(windows.explain(t(60)).reasons())
                .extracting("kind")
                .containsExactly("dropCollection");
        assertThat(windows.explain(t(60)).reasons().get(0).evidence()).hasSize(1);
    }

    @Test
    void theTimeOfTheEndIsSafeAgain() {
        cluster.fromBirth();
        cluster.archive(
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
        cluster.fromBirth();
        entries.quiet(10).insert(CFG, 11, "config.collections", "{_id:'shop.orders'}");
        String collMod = "{collMod:'orders', validator:{}}";
        cluster.archive(entries.command(RS0, 20, "shop", collMod).quiet(25));
        assertThat(fold.windows(Policy.EXACT).isSafe(t(22))).isFalse();

        cluster.archive(new Entries().quiet(31));
        assertThat(fold.windows(Policy.EXACT).isSafe(t(22))).isTrue();
    }

    @Test
    void anIndexThatComesWithItsCollectionReachesNoOtherShard() {
        cluster.started(5);
        cluster.base("b", 6, 10);
        String index = "{createIndexes:'system.buckets.log', key:{meta:1}, name:'m_1'}";
        String later = "{createIndexes:'system.buckets.old', key:{meta:1}, name:'m_1'}";
        cluster.archive(
                entries.quiet(10)
                        .command(RS0, 20, "shop", "{create:'system.buckets.log'}")
                        .command(RS0, 21, "shop", index)
                        .quiet(25)
                        .command(RS0, 40, "shop", later)
                        .quiet(45));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.isSafe(t(23))).isTrue();
        assertThat(windows.isSafe(t(42))).as("of one that was there before").isFalse();
    }

    @Test
    void anUnshardedCollectionsCommandIsSafeAtOnce() {
        cluster.fromBirth();
        String collMod = "{collMod:'log', validator:{}}";
        cluster.archive(entries.quiet(10).command(RS0, 20, "shop", collMod).quiet(25));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(10), t(25)));
    }

    @Test
    void aRemovalInProgressIsSafeUntilTheShardLeaves() {
        cluster.fromBirth();
        cluster.archive(
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
        cluster.fromBirth();
        cluster.archive(entries.quiet(10).prepare(RS0, 20, 1).prepare(RS1, 30, 1).quiet(100));

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
        cluster.fromBirth();
        cluster.feed(
                entries.quiet(10)
                        .prepare(RS0, 20, 1)
                        .prepare(RS1, 30, 1)
                        .commit(RS0, 50, 1, 30)
                        .quiet(100));
        cluster.archivedAll(40);
        assertThat(fold.windows(Policy.EXACT).isSafe(t(35))).isFalse();
        cluster.archivedAll(50);
        assertThat(fold.windows(Policy.EXACT).isSafe(t(35))).isTrue();
        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(10), t(50)));
    }

    @Test
    void anyShardsOutcomeOrTheCoordinatorsDecisionCounts() {
        cluster.fromBirth();
        cluster.archive(
                entries.quiet(10)
                        .prepare(RS0, 20, 1)
                        .prepare(RS1, 30, 1)
                        .abort(RS1, 40, 1)
                        .quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(10), t(100)));
    }
}
