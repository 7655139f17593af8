package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lines, documents and coordinators of one chunk migration make of it. */
class MovePairingTest {
    private static final String MOVE = "{min:{x:0}, max:{x:9}, from:'s0', to:'s1'}";
    private static final String MOVED =
            "{min:{x:0}, max:{x:9}, from:'s0', to:'s1', note:'success'}";
    private static final String FAILED =
            "{min:{x:0}, max:{x:9}, from:'s0', to:'s1', note:'aborted'}";
    private static final String CHUNK =
            "{_id:1, ns:'shop.orders', min:{x:0}, max:{x:9}, shard:'s1'}";
    private final Entries entries = new Entries();

    @Test
    void aMoveIsPairedFromItsFourLines() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .log(11, "moveChunk.to", "shop.orders", MOVED)
                .log(12, "moveChunk.commit", "shop.orders", MOVE).log(
                13, "moveChunk.from", "shop.orders", MOVED);
        TopologyEvent move = entries.onlyEvent();

        assertThat(move.kind()).isEqualTo(EventKind.MOVE_CHUNK);
        assertThat(move.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(move.shards()).containsExactly("s0", "s1");
        assertThat(move.from()).isEqualTo(t(10));
        assertThat(move.through()).contains(t(13));
    }

    @Test
    void theRecipientsLineBefore44NamesNeitherShard() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .log(11, "moveChunk.to", "shop.orders", "{min:{x:0}, max:{x:9}, note:'success'}")
                .log(13, "moveChunk.from", "shop.orders", MOVED);

        assertThat(entries.onlyEvent().evidence()).hasSize(3);
    }

    @Test
    void aFailedMoveWritesFromTooAndStaysAborted() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .log(11, "moveChunk.error", "shop.orders", MOVE).log(
                12, "moveChunk.from", "shop.orders", FAILED);

        assertThat(entries.onlyEvent().outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
    void configChunksDecidesAgainstWhatTheDonorBelieved() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .insert(CFG, 11, "config.chunks", CHUNK)
                .log(12, "moveChunk.from", "shop.orders", FAILED);
        TopologyEvent move = entries.onlyEvent();

        assertThat(move.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(move.span().decidedAt()).contains(t(11));
    }

    @Test
    void theCommitInsideApplyOpsIsSeen() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .entry(
                        CFG,
                        11,
                        "{op:'c', ns:'config.$cmd', o:{applyOps:[{op:'u', ns:'config.chunks',"
                                + " o2:{_id:1}, o:"
                                + CHUNK
                                + "}]}}");
        entries.log(12, "moveChunk.from", "shop.orders", FAILED);

        assertThat(entries.onlyEvent().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aDiffOfTheChunkDocumentDecidesTheOnlyMoveToThatShard() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .entry(
                        CFG,
                        11,
                        "{op:'u', ns:'config.chunks', o2:{_id:1}, o:{$v:2, diff:{u:{shard:'s1'}}}}")
                .log(12, "moveChunk.from", "shop.orders", FAILED);

        assertThat(entries.onlyEvent().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void theDonorsNextMoveEndsTheOneThatItsDeathLeftOpen() {
        entries.insert(
                        CFG,
                        5,
                        "config.chunks",
                        "{_id:2, ns:'a.b', min:{x:1}, max:{x:2}, shard:'s0'}")
                .log(10, "moveChunk.start", "shop.orders", MOVE)
                .log(60, "moveChunk.start", "shop.items", MOVE);
        List<TopologyEvent> events = entries.events();

        assertThat(events).hasSize(2);
        assertThat(events.get(0).outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(events.get(0).through()).contains(t(60));
        assertThat(events.get(1).isOpen()).isTrue();
    }

    @Test
    void aMoveOfADeadDonorIsUnknownWhereConfigChunksIsNotSeen() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE).log(
                60, "moveChunk.start", "shop.items", MOVE);

        assertThat(entries.events().get(0).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void theMigrationCoordinatorEndsAMoveThatLogsNoEnd() {
        String id = "{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAQ==', subType:'04'}}";
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .insert(
                        RS0,
                        11,
                        "config.migrationCoordinators",
                        "{_id:"
                                + id
                                + ", nss:'shop.orders', donorShardId:'s0',"
                                + " recipientShardId:'s1', range:{min:{x:0}, max:{x:9}}}")
                .insert(CFG, 12, "config.chunks", CHUNK)
                .entry(RS0, 90, "{op:'d', ns:'config.migrationCoordinators', o:{_id:" + id + "}}")
                .quiet(200);
        TopologyEvent move = entries.onlyEvent();

        assertThat(move.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(move.through()).contains(t(90));
    }

    @Test
    void anEarlyFailureWithoutRangeIsAMomentOnly() {
        entries.log(
                10,
                "moveChunk.from",
                "shop.orders",
                "{min:{}, max:{}, from:'s0', to:'s1'," + " note:'aborted'}");
        TopologyEvent move = entries.onlyEvent();

        assertThat(move.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(move.through()).contains(move.from());
    }

    @Test
    void factsOfATransactionCountWhenItCommits() {
        String lsid = "lsid:{id:1}, txnNumber:{$numberLong:'1'}, ns:'admin.$cmd', op:'c'";
        entries.log(9, "moveChunk.start", "shop.orders", MOVE)
                .entry(
                        CFG,
                        10,
                        "{"
                                + lsid
                                + ", o:{applyOps:[{op:'u', ns:'config.chunks',"
                                + " o2:{_id:1}, o:"
                                + CHUNK
                                + "}], partialTxn:true},"
                                + " prevOpTime:{ts:{$timestamp:{t:0,i:0}}, t:{$numberLong:'-1'}}}")
                .entry(
                        CFG,
                        12,
                        "{"
                                + lsid
                                + ", o:{applyOps:[], count:1},"
                                + " prevOpTime:{ts:{$timestamp:{t:10,i:1}}, t:{$numberLong:'1'}}}");

        assertThat(entries.onlyEvent().span().decidedAt()).contains(t(12));
    }
}
