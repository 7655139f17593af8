package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Shards that stop, join and leave, and the watermark that all of them hold. */
class WindowMembersTest {
    private final Entries entries = new Entries();
    private final FoldedCluster cluster = new FoldedCluster();
    private final TimelineFold fold = cluster.fold;

    @Test
    void aShardThatLeftLeavesNoTransactionOpen() {
        cluster.fromBirth();
        cluster.archive(
                entries.quiet(10)
                        .prepare(RS1, 20, 1)
                        .entry(CFG, 60, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                        .log(61, "removeShard", "", "{shard:'s1'}")
                        .quiet(100));

        assertThat(fold.windows(Policy.EXACT).isSafe(t(59))).isFalse();
        assertThat(fold.windows(Policy.EXACT).isSafe(t(70))).isTrue();
    }

    @Test
    void theSetThatStopsHoldsTheWatermarkBackAndIsNamed() {
        cluster.fromBirth();
        cluster.archive(entries.quiet(10).noop(CFG, 100).noop(RS0, 90).noop(RS1, 40));

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
        cluster.fromBirth();
        fold.started(rs2, ClusterTime.ZERO);
        cluster.archive(
                entries.quiet(10)
                        .addShard(20, "s2", rs2)
                        .log(21, "addShard", "", "{name:'s2'}")
                        .quiet(100));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(20).previous());
        assertThat(fold.archivedWatermark().heldBackBy()).containsExactly(rs2);

        cluster.archive(new Entries().noop(rs2, 60));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(60));

        cluster.archive(
                new Entries()
                        .entry(CFG, 110, "{op:'d', ns:'config.shards', o:{_id:'s2'}}")
                        .quiet(200));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(60));

        cluster.archive(new Entries().noop(rs2, 111));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
    }

    @Test
    void aRemovedShardWhoseRecordEndsEarlierLeavesBehindAGap() {
        ReplicaSet rs2 = new ReplicaSet("rs2");
        cluster.fromBirth();
        fold.started(rs2, ClusterTime.ZERO);
        cluster.archive(
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
        cluster.fromBirth();
        fold.ended(RS1, t(60));
        cluster.archive(
                entries.quiet(10)
                        .entry(CFG, 110, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                        .noop(CFG, 200)
                        .noop(RS0, 200));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(10));

        cluster.archive(new Entries().noop(RS1, 60));

        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
        assertThat(fold.windows(Policy.EXACT).isSafe(t(60))).isTrue();
    }

    @Test
    void aShardThatJoinsWithDataNeedsABaseThatHoldsIt() {
        ReplicaSet rs2 = new ReplicaSet("rs2");
        cluster.fromBirth();
        fold.started(rs2, t(15));
        List.of(CFG, RS0, RS1, rs2).forEach(set -> fold.base(new Base("b2", set, t(60), t(70))));
        cluster.archive(
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
}
