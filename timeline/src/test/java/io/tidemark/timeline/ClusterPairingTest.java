package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What concerns several shards at once: resharding, members, versions, transactions. */
class ClusterPairingTest {
    private final Entries entries = new Entries();

    @Test
    void reshardingIsCriticalFromTheBlockingOfWrites() {
        long at = 10;
        for (String state :
                List.of(
                        "initializing",
                        "preparing-to-donate",
                        "cloning",
                        "applying",
                        "blocking-writes",
                        "committing",
                        "done")) {
            entries.log(
                    at,
                    "resharding.coordinator.transition",
                    "shop.orders",
                    "{newState:'" + state + "', reshardingUUID:'u1', namespace:'shop.orders'}");
            at += 100;
        }
        TopologyEvent resharding = entries.onlyEvent();

        assertThat(resharding.span().criticalFrom()).contains(t(410));
        assertThat(resharding.through()).contains(t(610));
        assertThat(resharding.outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void reshardingThatNeverLogsDoneEndsWithItsDocument() {
        String uuid = "{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAQ==', subType:'04'}}";
        String text = "00000000-0000-0000-0000-000000000001";
        entries.insert(
                        CFG,
                        10,
                        "config.reshardingOperations",
                        "{_id:" + uuid + ", ns:'shop.orders', state:'initializing'}")
                .log(
                        400,
                        "resharding.coordinator.transition",
                        "shop.orders",
                        "{newState:'committing', reshardingUUID:'" + text + "'}")
                .entry(
                        CFG,
                        2000,
                        "{op:'d', ns:'config.reshardingOperations', o:{_id:" + uuid + "}}");
        TopologyEvent resharding = entries.onlyEvent();

        assertThat(resharding.from()).isEqualTo(t(10));
        assertThat(resharding.through()).contains(t(2000));
    }

    @Test
    void provenanceTellsMovesAndUnshardingFromResharding() {
        String uuid = "{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAQ==', subType:'04'}}";
        entries.insert(
                CFG,
                10,
                "config.reshardingOperations",
                "{_id:"
                        + uuid
                        + ", ns:'shop.orders', state:'initializing',"
                        + " provenance:'unshardCollection'}");

        assertThat(entries.onlyEvent().kind()).isEqualTo(EventKind.UNSHARD_COLLECTION);
    }

    @Test
    void removingAShardIsCriticalOnlyWhenItLeaves() {
        entries.log(10, "removeShard.start", "", "{shard:'s1'}")
                .entry(CFG, 400_000, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                .log(400_001, "removeShard", "", "{shard:'s1'}");
        TopologyEvent removal = entries.onlyEvent();

        assertThat(removal.from()).isEqualTo(t(10));
        assertThat(removal.span().criticalFrom()).contains(t(400_000));
        assertThat(removal.through()).contains(t(400_001));
    }

    @Test
    void drainingThatIsCalledOffEnds() {
        entries.entry(
                        CFG,
                        10,
                        "{op:'u', ns:'config.shards', o2:{_id:'s1'},"
                                + " o:{$v:2, diff:{i:{draining:true}}}}")
                .entry(
                        CFG,
                        20,
                        "{op:'u', ns:'config.shards', o2:{_id:'s1'},"
                                + " o:{$v:1, $unset:{draining:true}}}");

        assertThat(entries.onlyEvent().outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
    void theVersionChangesUntilTheLastReplicaSetHasIt() {
        String from =
                "{op:'u', ns:'admin.system.version', o2:{_id:'featureCompatibilityVersion'}, o:";
        String begin = from + "{$v:2, diff:{i:{targetVersion:'7.0'}}}}";
        String end = from + "{_id:'featureCompatibilityVersion', version:'7.0'}}";
        entries.entry(CFG, 10, begin)
                .entry(RS0, 11, begin)
                .entry(RS1, 12, begin)
                .entry(RS0, 13, end)
                .entry(RS1, 14, end)
                .entry(CFG, 50, end)
                .quiet(100);
        TopologyEvent change = entries.onlyEvent();

        assertThat(change.kind()).isEqualTo(EventKind.SET_FCV);
        assertThat(change.from()).isEqualTo(t(10));
        assertThat(change.through()).contains(t(50));
    }

    /** The server writes a transitional version first, always. */
    @Test
    void aVersionWhoseTransitionWasNotSeenMayHaveChangedSinceTheRecordBegan() {
        entries.quiet(10)
                .entry(
                        CFG,
                        50,
                        "{op:'u', ns:'admin.system.version',"
                                + " o2:{_id:'featureCompatibilityVersion'},"
                                + " o:{_id:'featureCompatibilityVersion', version:'7.0'}}")
                .quiet(100);
        TopologyEvent change = entries.onlyEvent();

        assertThat(change.kind()).isEqualTo(EventKind.SET_FCV);
        assertThat(change.from()).isEqualTo(t(10));
        assertThat(change.through()).contains(t(50));
    }

    @Test
    void undecidedTransactionsAreEvents() {
        entries.prepare(RS0, 10, 1)
                .prepare(RS1, 12, 1)
                .prepare(RS0, 13, 2)
                .commit(RS1, 15, 1, 12)
                .quiet(20);
        List<TopologyEvent> events = entries.events();

        assertThat(events)
                .extracting(TopologyEvent::kind)
                .containsExactly(EventKind.PREPARED_TRANSACTION, EventKind.PREPARED_TRANSACTION);
        assertThat(events.get(0).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(events.get(0).through()).contains(t(15));
        assertThat(events.get(0).shards()).containsExactly("s0", "s1");
        assertThat(events.get(1).outcome()).isEqualTo(Outcome.OPEN);
        assertThat(events.get(1).from()).isEqualTo(t(13));
    }

    @Test
    void transactionsDecidedWithinASecondAreNoEvents() {
        entries.prepare(RS0, new ClusterTime(10, 1), 1)
                .prepare(RS1, new ClusterTime(10, 2), 1)
                .commit(RS1, new ClusterTime(10, 9), 1, new ClusterTime(10, 2))
                .quiet(20);

        assertThat(entries.events()).isEmpty();
    }
}
