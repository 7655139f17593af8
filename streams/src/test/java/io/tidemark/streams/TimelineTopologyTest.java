package io.tidemark.streams;

import static io.tidemark.streams.Oplog.shard;
import static io.tidemark.streams.Oplog.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What the topology tells of a cluster's oplogs: events, unsafe times, watermarks. */
class TimelineTopologyTest {
    private static final String TRANSACTION =
            "{op:'c', ns:'admin.$cmd', lsid:{id:1}, txnNumber:{$numberLong:'7'}, ";
    private static final Predicate<TopologyEvent> PREPARED =
            event -> event.kind() == EventKind.PREPARED_TRANSACTION;

    private final ThreeOplogs oplogs = new ThreeOplogs();
    private final Oplog cfg = oplogs.cfg;
    private final Oplog rs0 = oplogs.rs0;
    private final Oplog rs1 = oplogs.rs1;

    @Test
    void anOperationIsAnEventAndAnUnsafeTimeUntilItEnds() {
        oplogs.born();
        cfg.log(50, "dropCollection.start", "shop.orders", "{}");
        oplogs.quiet(60);
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
    void whatIsNotArchivedIsNotSafe() {
        oplogs.born();
        oplogs.quiet(100);
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
    void gapsAndNewLivesAreHolesUntilABaseComes() {
        oplogs.born();
        rs0.noop(50).gap(t(50), t(60)).noop(61);
        rs1.noop(70).isCreatedAnew(shard("s1"), t(80)).noop(81);
        oplogs.quiet(200);
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
    void theValuesOfUsersWritesAreNotDecoded() {
        oplogs.born();
        oplogs.quiet(50);
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
        oplogs.born();
        cfg.log(50, "dropCollection.start", "shop.orders", "{}");
        cfg.log(51, "dropCollection", "shop.orders", "{}");
        oplogs.quiet(60);
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
        oplogs.born();
        String prepare = TRANSACTION + "o:{applyOps:[], prepare:true}}";
        String commit = "o:{commitTransaction:1, commitTimestamp:{$timestamp:{t:21,i:1}}}}";
        rs0.entry(20, prepare);
        rs1.entry(21, prepare);
        oplogs.quiet(30);
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
        oplogs.born();
        for (int i = 0; i < 50; i++) {
            cfg.log(20 + i, "dropCollection.start", "shop.c" + i, "{}");
        }
        oplogs.quiet(100);
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

    private static RestoreWindows exact(Driven driven) {
        return driven.content().windows().get(Policy.EXACT);
    }
}
