package io.tidemark.streams;

import static io.tidemark.streams.Oplog.shard;
import static io.tidemark.streams.Oplog.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.streams.fold.MembersUnknownException;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which shards and config servers the topology counts, and what each of them holds back. */
class TopologyMembersTest {
    private final ThreeOplogs oplogs = new ThreeOplogs();
    private final Oplog cfg = oplogs.cfg;
    private final Oplog rs0 = oplogs.rs0;
    private final Oplog rs1 = oplogs.rs1;

    @Test
    void aNewShardJoinsAndARemovedOneLeaves() {
        oplogs.born();
        cfg.addShard(50, "s2", "rs2").noop(90);
        rs0.noop(90);
        rs1.noop(90);
        Oplog rs2 = new Oplog("rs2").startsAs(shard("s2"), ClusterTime.ZERO).noop(45).noop(70);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1, rs2);
            assertThat(driven.content().archived().at()).isEqualTo(t(70));
            assertThat(member(driven, "rs2").joined()).isEqualTo(t(50));

            Oplog leaving = new Oplog("cfg").removeShard(95, "s2").noop(120);
            Oplog last = new Oplog("rs2").noop(96);
            driven.all(leaving, last, new Oplog("rs0").noop(120), new Oplog("rs1").noop(120));
            assertThat(member(driven, "rs2").left()).contains(t(95));
            assertThat(driven.content().archived().at()).isEqualTo(t(120));
        }
    }

    /** A drained shard is quiet: capture reads it to its end, which lies before its removal. */
    @Test
    void aRemovedShardLeavesThoughItsRecordEndsEarlier() {
        oplogs.born();
        cfg.removeShard(95, "s1");
        rs1.noop(70);
        cfg.noop(120);
        rs0.noop(120);
        try (Driven driven = new Driven()) {
            driven.departed("rs1", "s1", t(70));
            driven.all(cfg, rs0, rs1);
            assertLeftBehindAGap(driven);
        }
    }

    @Test
    void aRemovedShardThatNobodyCapturesLeavesWhenItIsSilentForLong() {
        oplogs.born();
        cfg.removeShard(95, "s1");
        rs1.noop(70);
        cfg.noop(120);
        rs0.noop(120);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            assertThat(driven.content().archived().at()).isEqualTo(t(70));
            assertThat(driven.content().archived().heldBackBy()).containsExactly(rs1.replicaSet());
            for (int i = 0; i < 6; i++) {
                driven.pass(Duration.ofMinutes(1));
            }
            driven.pass();
            assertLeftBehindAGap(driven);
        }
    }

    @Test
    void captureThatBeganLateKnowsTheShardsOfThatMoment() {
        cfg.startsAsConfig(t(9), shard("s0", "rs0"), shard("s1", "rs1")).noop(10).noop(100);
        rs0.startsAs(shard("s0"), t(5)).noop(10).noop(100);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0);
            assertThat(driven.content().captured().at()).isEqualTo(ClusterTime.ZERO);
            assertThat(driven.content().captured().heldBackBy()).containsExactly(rs1.replicaSet());

            driven.all(rs1.startsAs(shard("s1"), t(7)).noop(100));
            assertThat(driven.content().captured().at()).isEqualTo(t(100));
            assertThat(exact(driven).holes())
                    .extracting(Hole::kind)
                    .containsOnly(Hole.Kind.BEFORE_CAPTURE)
                    .hasSize(3);
            assertThat(exact(driven).windows()).isEmpty();
        }
    }

    @Test
    void whereNoRecordTellsTheMembersTheirRolesDoAfterAWhile() {
        cfg.noop(10).noop(100);
        rs0.startsAs(shard("s0"), ClusterTime.ZERO).noop(100);
        rs1.noop(100);
        try (Driven driven = new Driven(Map.of("members.settle", "5s"))) {
            driven.status("cfg", null, true);
            driven.status("rs1", "s1", false);
            driven.all(cfg, rs0, rs1);
            assertThat(driven.parts()).isEmpty();

            driven.pass(java.time.Duration.ofSeconds(5));
            driven.pass();
            assertThat(driven.content().members())
                    .extracting(Membership::shard)
                    .containsExactlyInAnyOrder("config", "s0", "s1");
        }
    }

    @Test
    void theSettingsCanTellTheMembers() {
        cfg.noop(10).noop(100);
        rs0.noop(100);
        Map<String, String> settings = Map.of("members.config", "cfg", "members.shards", "s0=rs0");
        try (Driven driven = new Driven(settings)) {
            driven.all(cfg, rs0);
            assertThat(driven.content().members())
                    .extracting(m -> m.shard() + " " + m.replicaSet())
                    .containsExactlyInAnyOrder("config cfg", "s0 rs0");
        }
    }

    @Test
    void withoutMembersNothingIsPromisedAndTheOperatorIsAsked() {
        try (Driven driven = Driven.withEarlySignals(100)) {
            ReplicaSet set = new ReplicaSet("rs0");
            assertThatThrownBy(
                            () -> {
                                for (int i = 1; i < 200; i++) {
                                    driven.archived(set, t(i));
                                }
                            })
                    .hasRootCauseInstanceOf(MembersUnknownException.class)
                    .rootCause()
                    .hasMessageContaining("members.config");
            assertThat(driven.parts()).isEmpty();
        }
    }

    @Test
    void aReplicaSetWithoutAClusterIsItsOwnCluster() {
        Oplog alone = new Oplog("solo");
        alone.startsAs(shard("solo"), ClusterTime.ZERO);
        OplogRecords.setShards(alone.records().get(0), List.of(shard("solo", "solo")));
        alone.noop(10).entry(20, "{op:'c', ns:'shop.$cmd', o:{drop:'orders'}}").noop(100);
        try (Driven driven = new Driven()) {
            driven.all(alone);
            assertThat(exact(driven).watermark()).isEqualTo(t(100));
            assertThat(driven.events())
                    .extracting(TopologyEvent::kind)
                    .containsExactly(EventKind.DROP_COLLECTION);
        }
    }

    @Test
    void aShardThatStopsHoldsTheWatermarkBackAndIsNamed() {
        oplogs.born();
        cfg.noop(100);
        rs0.noop(100);
        rs1.noop(40);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            assertThat(driven.content().archived().at()).isEqualTo(t(40));
            assertThat(driven.content().archived().heldBackBy()).containsExactly(rs1.replicaSet());
            assertThat(exact(driven).explain(t(41)).reasons())
                    .singleElement()
                    .extracting(UnsafeInterval::reason)
                    .asString()
                    .contains("rs1 holds it back");
        }
    }

    private static void assertLeftBehindAGap(Driven driven) {
        assertThat(member(driven, "rs1").left()).contains(t(95));
        assertThat(driven.content().archived().at()).isEqualTo(t(120));
        RestoreWindows exact = exact(driven);
        assertThat(exact.isSafe(t(70))).isTrue();
        assertThat(exact.isSafe(t(71))).isFalse();
        assertThat(exact.explain(t(71)).reasons())
                .extracting(UnsafeInterval::kind)
                .containsExactly("gap");
        assertThat(exact.isSafe(t(110))).isTrue();
    }

    private static Membership member(Driven driven, String set) {
        Optional<Membership> member =
                driven.content().members().stream()
                        .filter(m -> m.replicaSet().name().equals(set))
                        .findFirst();
        return member.orElseThrow();
    }

    private static RestoreWindows exact(Driven driven) {
        return driven.content().windows().get(Policy.EXACT);
    }
}
