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
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What the topology tells of a cluster's oplogs. */
class TimelineTopologyTest {
    private static final String TRANSACTION =
            "{op:'c', ns:'admin.$cmd', lsid:{id:1}, txnNumber:{$numberLong:'7'}, ";
    private static final Predicate<TopologyEvent> PREPARED =
            event -> event.kind() == EventKind.PREPARED_TRANSACTION;

    private final Oplog cfg = new Oplog("cfg");
    private final Oplog rs0 = new Oplog("rs0");
    private final Oplog rs1 = new Oplog("rs1");

    /** A cluster of two shards, captured from its first entry on. */
    private void born() {
        cfg.startsAsConfig(ClusterTime.ZERO).noop(10).addShard(11, "s0", "rs0");
        cfg.addShard(12, "s1", "rs1").noop(13);
        rs0.startsAs(shard("s0"), ClusterTime.ZERO).noop(10);
        rs1.startsAs(shard("s1"), ClusterTime.ZERO).noop(10);
    }

    private void quiet(long seconds) {
        cfg.noop(seconds);
        rs0.noop(seconds);
        rs1.noop(seconds);
    }

    @Test
    void anOperationIsAnEventAndAnUnsafeTimeUntilItEnds() {
        born();
        cfg.log(50, "dropCollection.start", "shop.orders", "{}");
        quiet(60);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            TopologyEvent open = drop(driven);
            assertThat(open.outcome()).isEqualTo(Outcome.OPEN);
            RestoreWindows exact = exact(driven);
            assertThat(exact.watermark()).isEqualTo(t(60));
            assertThat(exact.isSafe(t(49))).isTrue();
            assertThat(exact.isSafe(t(50))).isFalse();
            Explanation why = exact.explain(t(60));
            assertThat(why.safe()).isFalse();
            assertThat(why.reasons()).extracting(UnsafeInterval::event).containsExactly(open.id());
            assertThat(why.before()).contains(t(50).previous());

            Oplog more = new Oplog("cfg").log(70, "dropCollection", "shop.orders", "{}").noop(80);
            driven.all(more, new Oplog("rs0").noop(80), new Oplog("rs1").noop(80));
            assertThat(drop(driven).through()).contains(t(70));
            assertThat(exact(driven).isSafe(t(69))).isFalse();
            assertThat(exact(driven).isSafe(t(70))).isTrue();
            assertThat(driven.told())
                    .filteredOn(event -> event.id().equals(open.id()))
                    .extracting(TopologyEvent::outcome)
                    .containsExactly(Outcome.OPEN, Outcome.COMPLETED);
        }
    }

    @Test
    void aShardThatStopsHoldsTheWatermarkBackAndIsNamed() {
        born();
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

    @Test
    void whatIsNotArchivedIsNotSafe() {
        born();
        quiet(100);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            give(driven, new Oplog("cfg").noop(200), new Oplog("rs0").noop(200));
            give(driven, new Oplog("rs1").noop(200));
            driven.archived(cfg.replicaSet(), t(200));
            driven.archived(rs0.replicaSet(), t(150));
            driven.pass();
            assertThat(driven.content().captured().at()).isEqualTo(t(200));
            assertThat(driven.content().archived().at()).isEqualTo(t(100));
            assertThat(driven.content().archived().heldBackBy()).containsExactly(rs1.replicaSet());
            assertThat(driven.content().archivedFrontiers())
                    .containsEntry(rs0.replicaSet(), t(150));
        }
    }

    @Test
    void aNewShardJoinsAndARemovedOneLeaves() {
        born();
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
        born();
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
        born();
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

    @Test
    void gapsAndNewLivesAreHolesUntilABaseComes() {
        born();
        rs0.noop(50).gap(t(50), t(60)).noop(61);
        rs1.noop(70).isCreatedAnew(shard("s1"), t(80)).noop(81);
        quiet(200);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            assertThat(exact(driven).holes())
                    .extracting(hole -> hole.kind() + " " + hole.replicaSet())
                    .containsExactly("GAP rs0", "INCARNATION rs1");
            assertThat(exact(driven).isSafe(t(50))).isTrue();
            assertThat(exact(driven).isSafe(t(51))).isFalse();
            assertThat(exact(driven).isSafe(t(200))).isFalse();

            driven.base("b1", "rs0", t(110), t(120));
            driven.base("b2", "rs1", t(110), t(130));
            driven.pass();
            assertThat(exact(driven).isSafe(t(129))).isFalse();
            assertThat(exact(driven).isSafe(t(130))).isTrue();

            driven.basePruned("b2");
            driven.pass();
            assertThat(exact(driven).isSafe(t(130))).isFalse();
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
    void theValuesOfUsersWritesAreNotDecoded() {
        born();
        quiet(50);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            for (Oplog oplog : List.of(cfg, rs0, rs1)) {
                driven.giveUndecodable(oplog.replicaSet(), t(60));
                driven.archived(oplog.replicaSet(), t(60));
            }
            driven.pass();
            assertThat(driven.content().archived().at()).isEqualTo(t(60));
        }
    }

    @Test
    void eventsOlderThanTheRetentionAreForgottenAndTheirTimesAreRefused() {
        born();
        cfg.log(50, "dropCollection.start", "shop.orders", "{}");
        cfg.log(51, "dropCollection", "shop.orders", "{}");
        quiet(60);
        try (Driven driven = new Driven(Map.of("retention", "1h"))) {
            driven.all(cfg, rs0, rs1);
            assertThat(driven.events())
                    .extracting(TopologyEvent::kind)
                    .contains(EventKind.DROP_COLLECTION);
            long later = 3 * 3600;
            driven.all(
                    new Oplog("cfg").noop(later + 5),
                    new Oplog("rs0").noop(later + 5),
                    new Oplog("rs1").noop(later + 5));
            assertThat(driven.events()).isEmpty();
            RestoreWindows exact = exact(driven);
            assertThat(exact.earliest()).contains(new ClusterTime(2 * 3600, 0));
            assertThat(exact.isSafe(t(50))).isFalse();
            assertThat(exact.explain(t(50)).reasons())
                    .singleElement()
                    .extracting(UnsafeInterval::reason)
                    .asString()
                    .contains("forgotten");
            assertThat(exact.isSafe(t(later))).isTrue();
        }
    }

    @Test
    void aTransactionThatStaysUndecidedIsAnEventUntilItsOutcome() {
        born();
        String prepare = TRANSACTION + "o:{applyOps:[], prepare:true}}";
        String commit = "o:{commitTransaction:1, commitTimestamp:{$timestamp:{t:21,i:1}}}}";
        rs0.entry(20, prepare);
        rs1.entry(21, prepare);
        quiet(30);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            assertThat(driven.events())
                    .filteredOn(PREPARED)
                    .singleElement()
                    .satisfies(
                            event -> {
                                assertThat(event.outcome()).isEqualTo(Outcome.OPEN);
                                assertThat(event.shards()).containsExactly("s0", "s1");
                                assertThat(event.evidence()).hasSize(2);
                            });
            assertThat(exact(driven).isSafe(t(25))).isFalse();

            driven.all(
                    new Oplog("rs0").entry(35, TRANSACTION + commit).noop(50),
                    new Oplog("rs1").entry(36, TRANSACTION + commit).noop(50),
                    new Oplog("cfg").noop(50));
            assertThat(driven.events())
                    .filteredOn(PREPARED)
                    .singleElement()
                    .satisfies(
                            event -> {
                                assertThat(event.outcome()).isEqualTo(Outcome.COMPLETED);
                                assertThat(event.through()).contains(t(35));
                            });
            assertThat(driven.told()).filteredOn(PREPARED).hasSize(2);
            assertThat(exact(driven).isSafe(t(25))).isTrue();
        }
    }

    @Test
    void aQuietClusterRewritesFrontiersAndSummariesOnly() {
        born();
        for (int i = 0; i < 50; i++) {
            cfg.log(20 + i, "dropCollection.start", "shop.c" + i, "{}");
        }
        quiet(100);
        try (Driven driven = new Driven()) {
            driven.all(cfg, rs0, rs1);
            assertThat(driven.newWindowKeys()).hasSizeGreaterThan(100);
            driven.pass();
            assertThat(driven.newWindowKeys()).isEmpty();
            driven.all(
                    new Oplog("cfg").noop(110),
                    new Oplog("rs0").noop(110),
                    new Oplog("rs1").noop(110));
            assertThat(driven.newWindowKeys())
                    .containsOnly(
                            "exact/summary",
                            "strict/summary",
                            "member/cfg",
                            "member/rs0",
                            "member/rs1",
                            "watermark");
        }
    }

    private static void give(Driven driven, Oplog... oplogs) {
        for (Oplog oplog : oplogs) {
            oplog.records().forEach(record -> driven.give(oplog.replicaSet(), record));
        }
    }

    private static TopologyEvent drop(Driven driven) {
        return driven.events().stream()
                .filter(event -> event.kind() == EventKind.DROP_COLLECTION)
                .findFirst()
                .orElseThrow();
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
