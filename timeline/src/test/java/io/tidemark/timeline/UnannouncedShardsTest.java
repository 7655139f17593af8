package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.pair.PairingLimits;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards whose joining no entry tells: in a hole of the config servers' record, or before it. */
class UnannouncedShardsTest {
    private static final ReplicaSet RS2 = new ReplicaSet("rs2");
    private static final String CHUNK =
            "{_id:'c', ns:'shop.orders', min:{x:0}, max:{x:9}, shard:'s2'}";
    private TimelineFold fold =
            TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aShardThatJoinedInAHoleCountsSinceItWheneverItsRoleIsTold(boolean early) {
        configHasAHole();
        if (early) {
            fold.role(RS2, "s2");
        }
        archive(new Entries().quiet(200));
        if (!early) {
            fold.role(RS2, "s2");
        }
        copied();

        assertThat(member("s2").joined()).isEqualTo(t(50).next());
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(50));
        assertThat(fold.archivedWatermark().heldBackBy()).containsExactly(RS2);

        archive(new Entries().noop(RS2, 70).noop(RS2, 200));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
        assertThat(exact().isSafe(t(150))).isFalse();
        assertThat(exact().explain(t(150)).reasons())
                .extracting(UnsafeInterval::shards)
                .containsExactly(List.of("rs2"));

        fold.base(new Base("b2", RS2, t(100), t(110)));
        assertThat(exact().isSafe(t(50))).isTrue();
        assertThat(exact().isSafe(t(109))).isFalse();
        assertThat(exact().isSafe(t(150))).isTrue();
    }

    @Test
    void aRoleToldAheadOfTheEntryThatTellsTheJoiningIsNoMembershipBeforeIt() {
        configHasAHole();
        fold.role(RS2, "s2");
        archive(new Entries().quiet(70));
        assertThat(member("s2").joined()).isEqualTo(t(50).next());

        fold.started(RS2, ClusterTime.ZERO);
        archive(new Entries().noop(RS2, 75).addShard(80, "s2", RS2).quiet(200).noop(RS2, 200));

        assertThat(member("s2").joined()).isEqualTo(t(80));
        assertThat(exact().isSafe(t(75))).isTrue();
    }

    @Test
    void aRoleIsNoMembershipWhereEveryJoiningWouldHaveBeenRead() {
        fromBirth();
        fold.role(RS2, "s2");
        archive(new Entries().quiet(10).quiet(200));

        assertThat(fold.members()).extracting(Membership::shard).doesNotContain("s2");
        assertThat(exact().isSafe(t(200))).isTrue();
    }

    @Test
    void whereTheFirstMembersWereGuessedALateRoleCountsFromTheFirst() {
        fold = TimelineFold.guessing(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        fromBirth();
        archive(new Entries().quiet(10).quiet(200));
        fold.role(RS2, "s2");
        copied();

        assertThat(member("s2").joined()).isEqualTo(ClusterTime.ZERO);
        assertThat(fold.archivedWatermark().heldBackBy()).containsExactly(RS2);
    }

    @Test
    void aShardThatOnlyTheTablesNameIsAMemberAndHoldsTheWatermarkBack() {
        fromBirth();
        archive(new Entries().quiet(10).insert(CFG, 50, "config.chunks", CHUNK).quiet(200));
        copied();

        assertThat(member("s2").joined()).isEqualTo(ClusterTime.ZERO);
        assertThat(fold.archivedWatermark().at()).isEqualTo(ClusterTime.ZERO);
        assertThat(fold.archivedWatermark().heldBackBy())
                .extracting(ReplicaSet::name)
                .containsExactly("s2");

        ReplicaSet called = new ReplicaSet("data2");
        fold.role(called, "s2");
        fold.started(called, ClusterTime.ZERO);
        archive(new Entries().noop(called, 11).noop(called, 200));
        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
        assertThat(member("s2").replicaSet()).isEqualTo(called);
        assertThat(exact().isSafe(t(50))).isTrue();
    }

    /**
     * It was there, its data is in no record, and no time at which it was there can be restored.
     */
    @Test
    void aShardThatLeftBeforeAnybodyKnewItMakesTheTimesBeforeUnsafe() {
        fromBirth();
        archive(
                new Entries()
                        .quiet(10)
                        .entry(CFG, 50, "{op:'d', ns:'config.shards', o:{_id:'s2'}}")
                        .quiet(200));
        assertThat(fold.leaving()).extracting(ReplicaSet::name).containsExactly("s2");
        assertThat(exact().windows()).isEmpty();
        copied();

        fold.ended(fold.leaving().get(0), ClusterTime.ZERO);

        assertThat(fold.archivedWatermark().at()).isEqualTo(t(200));
        assertThat(member("s2").left()).contains(t(50));
        assertThat(exact().isSafe(t(50).previous())).isFalse();
        assertThat(exact().isSafe(t(60))).isTrue();
    }

    @Test
    void aShardThatIsToldToDrainIsAMember() {
        fromBirth();
        archive(
                new Entries()
                        .quiet(10)
                        .entry(
                                CFG,
                                50,
                                "{op:'u', ns:'config.shards', o2:{_id:'s2'},"
                                        + " o:{$v:2, diff:{u:{draining:true}}}}")
                        .quiet(200));

        assertThat(member("s2").joined()).isEqualTo(ClusterTime.ZERO);
    }

    @Test
    void aShardThatLeftAndCameBackInAHoleIsAMemberSinceTheHole() {
        fromBirth();
        archive(
                new Entries()
                        .quiet(10)
                        .entry(CFG, 30, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                        .quiet(50));
        fold.gap(CFG, new Gap(t(50), t(60), "rolled over"));
        String chunk = CHUNK.replace("s2", "s1");
        archive(new Entries().quiet(61).insert(CFG, 80, "config.chunks", chunk).quiet(200));

        assertThat(fold.members())
                .filteredOn(m -> m.shard().equals("s1"))
                .extracting(Membership::joined)
                .containsExactly(ClusterTime.ZERO, t(50).next());
    }

    private void configHasAHole() {
        fromBirth();
        archive(new Entries().quiet(10).quiet(50));
        fold.gap(CFG, new Gap(t(50), t(60), "rolled over"));
        fold.base(new Base("b1", CFG, t(60), t(61)));
        archive(new Entries().quiet(61));
    }

    private Membership member(String shard) {
        return fold.members().stream().filter(m -> m.shard().equals(shard)).findFirst().get();
    }

    private RestoreWindows exact() {
        return fold.windows(Policy.EXACT);
    }

    /** The rest of the test goes on with what a snapshot keeps. */
    private void copied() {
        List<Membership> before = fold.members();
        fold = TimelineFold.restore(fold.snapshot(), PairingLimits.DEFAULT);
        assertThat(fold.members()).isEqualTo(before);
    }

    private void fromBirth() {
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, ClusterTime.ZERO));
    }

    private void archive(Entries given) {
        given.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        given.all().forEach(at -> fold.archived(at.replicaSet(), at.entry().clusterTime()));
    }
}
