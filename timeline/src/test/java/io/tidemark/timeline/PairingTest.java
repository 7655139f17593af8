package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PairingTest {
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
        TopologyEvent move = only();

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

        assertThat(only().evidence()).hasSize(3);
    }

    @Test
    void aFailedMoveWritesFromTooAndStaysAborted() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .log(11, "moveChunk.error", "shop.orders", MOVE).log(
                12, "moveChunk.from", "shop.orders", FAILED);

        assertThat(only().outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
    void configChunksDecidesAgainstWhatTheDonorBelieved() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .insert(CFG, 11, "config.chunks", CHUNK)
                .log(12, "moveChunk.from", "shop.orders", FAILED);
        TopologyEvent move = only();

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

        assertThat(only().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aDiffOfTheChunkDocumentDecidesTheOnlyMoveToThatShard() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE)
                .entry(
                        CFG,
                        11,
                        "{op:'u', ns:'config.chunks', o2:{_id:1}, o:{$v:2, diff:{u:{shard:'s1'}}}}")
                .log(12, "moveChunk.from", "shop.orders", FAILED);

        assertThat(only().outcome()).isEqualTo(Outcome.COMPLETED);
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
        List<TopologyEvent> events = events();

        assertThat(events).hasSize(2);
        assertThat(events.get(0).outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(events.get(0).through()).contains(t(60));
        assertThat(events.get(1).isOpen()).isTrue();
    }

    @Test
    void aMoveOfADeadDonorIsUnknownWhereConfigChunksIsNotSeen() {
        entries.log(10, "moveChunk.start", "shop.orders", MOVE).log(
                60, "moveChunk.start", "shop.items", MOVE);

        assertThat(events().get(0).outcome()).isEqualTo(Outcome.UNKNOWN);
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
        TopologyEvent move = only();

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
        TopologyEvent move = only();

        assertThat(move.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(move.through()).contains(move.from());
    }

    @Test
    void anEndLoggedTwiceAfterAFailoverIsOneOperation() {
        entries.log(10, "dropCollection.start", "shop.orders", "{}")
                .log(11, "dropCollection", "shop.orders", "{}").log(
                15, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = only();

        assertThat(drop.through()).contains(t(11));
    }

    @Test
    void aStartLoggedTwiceIsOneOperation() {
        entries.log(10, "dropCollection.start", "shop.orders", "{}")
                .log(15, "dropCollection.start", "shop.orders", "{}").log(
                18, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = only();

        assertThat(drop.from()).isEqualTo(t(10));
        assertThat(drop.through()).contains(t(18));
    }

    @Test
    void anEndWithoutStartMayHaveBegunBeforeTheRecord() {
        entries.noop(CFG, 3).log(11, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = only();

        assertThat(drop.from()).isEqualTo(t(3));
        assertThat(drop.span().startSeen()).isFalse();
    }

    @Test
    void anEndWithoutStartBeginsWithTheFirstShardsDrop() {
        entries.noop(CFG, 3)
                .command(RS0, 9, "shop", "{drop:'orders'}")
                .command(RS1, 10, "shop", "{drop:'orders'}")
                .log(11, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = only();

        assertThat(drop.from()).isEqualTo(t(9));
        assertThat(drop.through()).contains(t(11));
        assertThat(drop.shards()).contains("s0", "s1");
    }

    @Test
    void shardsDropsBelongToTheDropOfTheChangelog() {
        entries.log(8, "dropCollection.start", "shop.orders", "{}")
                .command(RS0, 9, "shop", "{drop:'orders'}")
                .command(RS1, 10, "shop", "{drop:'orders'}")
                .log(11, "dropCollection", "shop.orders", "{}");

        assertThat(only().shards()).containsExactly("s0", "s1");
    }

    @Test
    void movePrimaryEndsByWhatItsVersionWrites() {
        entries.log(10, "movePrimary.start", "a", "{database:'a', from:'s0', to:'s1'}")
                .log(20, "movePrimary", "a", "{}")
                .log(30, "movePrimary.start", "b", "{from:'s0', to:'s1'}")
                .log(35, "movePrimary.commit", "b", "{from:'s0', to:'s1'}")
                .log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}")
                .log(58, "movePrimary.end", "c", "{from:'s0', to:'s1'}")
                .log(70, "movePrimary.start", "d", "{from:'s0', to:'s1'}")
                .log(75, "movePrimary.error", "d", "{from:'s0', to:'s1'}")
                .quiet(100);
        List<TopologyEvent> events = events();

        assertThat(events)
                .extracting(e -> e.through().orElseThrow())
                .containsExactly(t(20), t(35), t(58), t(75));
        assertThat(events)
                .extracting(TopologyEvent::outcome)
                .containsExactly(
                        Outcome.COMPLETED, Outcome.COMPLETED, Outcome.COMPLETED, Outcome.ABORTED);
        assertThat(events.get(0).shards()).containsExactly("s0", "s1");
    }

    @Test
    void aLateEndOfMovePrimaryExtendsIt() {
        entries.log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}").log(
                99, "movePrimary.end", "c", "{from:'s0', to:'s1'}");

        assertThat(only().through()).contains(t(99));
    }

    @Test
    void coordinatorsFrameWhatIsNotLogged() {
        String id = "{_id:{namespace:'shop.orders', operationType:'collMod_V3'}}";
        entries.insert(RS0, 10, "config.system.sharding_ddl_coordinators", id)
                .command(RS0, 12, "shop", "{collMod:'orders', validator:{}}")
                .command(RS1, 40, "shop", "{collMod:'orders', validator:{}}")
                .entry(
                        RS0,
                        41,
                        "{op:'d', ns:'config.system.sharding_ddl_coordinators', o:" + id + "}");
        TopologyEvent collMod = only();

        assertThat(collMod.kind()).isEqualTo(EventKind.COLL_MOD);
        assertThat(collMod.from()).isEqualTo(t(10));
        assertThat(collMod.through()).contains(t(41));
        assertThat(collMod.shards()).containsExactly("s0", "s1");
    }

    @Test
    void equalCommandsOnSeveralShardsAreOneOperation() {
        entries.command(RS0, 12, "shop", "{collMod:'orders', validator:{}}")
                .command(RS1, 14, "shop", "{collMod:'orders', validator:{}}")
                .quiet(60);
        TopologyEvent collMod = only();

        assertThat(collMod.from()).isEqualTo(t(12));
        assertThat(collMod.through()).contains(t(14));
    }

    @Test
    void aCommandElsewhereIsNoPartOfAnOperationUnderWay() {
        entries.log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .command(RS1, 52, "other", "{create:'x'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}")
                .quiet(100);
        List<TopologyEvent> events = events();

        assertThat(events)
                .extracting(TopologyEvent::kind)
                .containsExactly(EventKind.MOVE_PRIMARY, EventKind.CREATE_COLLECTION);
        assertThat(events.get(0).through()).contains(t(55));
        assertThat(events.get(0).evidence()).noneMatch(seen -> seen.what().equals("create"));
    }

    @Test
    void theOldCopiesDropsBelongToMovePrimary() {
        entries.log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}")
                .entry(RS0, 63, "{op:'c', ns:'c.$cmd', fromMigrate:true, o:{drop:'x'}}")
                .entry(RS0, 70, "{op:'c', ns:'c.$cmd', fromMigrate:true, o:{drop:'y'}}")
                .quiet(100);

        assertThat(only().through()).contains(t(70));
    }

    @Test
    void aCollectionThatLeavesTheCatalogueUnnamedIsADropUntilTheLastShardDroppedIt() {
        entries.entry(CFG, 10, "{op:'d', ns:'config.collections', o:{_id:'shop.orders'}}")
                .command(RS0, 11, "shop", "{drop:'orders'}")
                .command(RS1, 13, "shop", "{drop:'orders'}")
                .quiet(60);
        TopologyEvent drop = only();

        assertThat(drop.span().criticalFrom()).contains(t(10));
        assertThat(drop.through()).contains(t(13));
    }

    @Test
    void anUnshardedCollectionsCommandsAreMoments() {
        entries.command(RS0, 10, "shop", "{create:'log', idIndex:{}}")
                .command(RS0, 11, "shop", "{drop:'log'}");

        assertThat(events())
                .hasSize(2)
                .allSatisfy(
                        event -> {
                            assertThat(event.outcome()).isEqualTo(Outcome.COMPLETED);
                            assertThat(event.span().criticalFrom()).isEmpty();
                        });
    }

    @Test
    void theSameCommandAgainOnOneShardIsAnotherOperation() {
        entries.command(RS0, 12, "shop", "{drop:'orders'}")
                .command(RS0, 14, "shop", "{drop:'orders'}")
                .quiet(60);

        assertThat(events()).hasSize(2).allSatisfy(e -> assertThat(e.through()).contains(e.from()));
    }

    @Test
    void commandsOfMigrationsAreNotDdl() {
        entries.entry(RS1, 12, "{op:'c', ns:'shop.$cmd', fromMigrate:true, o:{create:'orders'}}");

        assertThat(events()).isEmpty();
    }

    @Test
    void anIndexBuildIsCriticalOnlyWhileShardsDisagree() {
        String a = "indexBuildUUID:{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAQ==', subType:'04'}}";
        String b = "indexBuildUUID:{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAg==', subType:'04'}}";
        String spec = ", indexes:[{name:'x_1', key:{x:1}}]}";
        entries.command(RS0, 10, "shop", "{startIndexBuild:'orders', " + a + spec)
                .command(RS1, 11, "shop", "{startIndexBuild:'orders', " + b + spec)
                .command(RS0, 500, "shop", "{commitIndexBuild:'orders', " + a + spec)
                .command(RS1, 900, "shop", "{commitIndexBuild:'orders', " + b + spec)
                .quiet(1000);
        TopologyEvent build = only();

        assertThat(build.from()).isEqualTo(t(10));
        assertThat(build.span().criticalFrom()).contains(t(500));
        assertThat(build.through()).contains(t(900));
    }

    /** A shard whose part of the collection is empty logs one entry for each index. */
    @Test
    void anIndexBuiltTogetherWithOthersIsTheSameBuildAsOneMadeAlone() {
        String id = "indexBuildUUID:{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAQ==', subType:'04'}}";
        String both = ", indexes:[{name:'a_1', key:{a:1}}, {name:'b,c_1', key:{b:1, c:1}}]}";
        entries.command(RS0, 10, "shop", "{startIndexBuild:'orders', " + id + both)
                .command(RS0, 20, "shop", "{commitIndexBuild:'orders', " + id + both)
                .command(RS1, 21, "shop", "{createIndexes:'orders', key:{a:1}, name:'a_1'}")
                .command(RS1, 22, "shop", "{createIndexes:'orders', key:{b:1}, name:'b,c_1'}")
                .quiet(1000);

        assertThat(events()).hasSize(2);
        assertThat(events()).allMatch(e -> e.span().criticalFrom().equals(Optional.of(t(20))));
        assertThat(events().stream().map(e -> e.through().orElseThrow()))
                .containsExactlyInAnyOrder(t(21), t(22));
        assertThat(events().stream().map(TopologyEvent::id)).doesNotHaveDuplicates();
    }

    @Test
    void aMovePrimaryLastsUntilTheOldCopiesAreGone() {
        entries.log(10, "movePrimary.start", "shop", "{from:'s0', to:'s1'}")
                .command(RS1, 11, "shop", "{create:'a'}")
                .command(RS1, 12, "shop", "{create:'b'}")
                .log(20, "movePrimary.commit", "shop", "{from:'s0', to:'s1'}")
                .command(RS0, 900, "shop", "{drop:'a'}")
                .command(RS0, 990, "shop", "{drop:'b'}")
                .quiet(2000);

        assertThat(only().through()).contains(t(990));
    }

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
        TopologyEvent resharding = only();

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
        TopologyEvent resharding = only();

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

        assertThat(only().kind()).isEqualTo(EventKind.UNSHARD_COLLECTION);
    }

    @Test
    void removingAShardIsCriticalOnlyWhenItLeaves() {
        entries.log(10, "removeShard.start", "", "{shard:'s1'}")
                .entry(CFG, 400_000, "{op:'d', ns:'config.shards', o:{_id:'s1'}}")
                .log(400_001, "removeShard", "", "{shard:'s1'}");
        TopologyEvent removal = only();

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

        assertThat(only().outcome()).isEqualTo(Outcome.ABORTED);
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
        TopologyEvent change = only();

        assertThat(change.kind()).isEqualTo(EventKind.SET_FCV);
        assertThat(change.from()).isEqualTo(t(10));
        assertThat(change.through()).contains(t(50));
    }

    @Test
    void whatNeverEndsIsGivenUpAsUnknownAfterADay() {
        entries.log(10, "shardCollection.start", "shop.orders", "{primary:'s0:rs0/h:1'}")
                .quiet(10 + 86_400);
        TopologyEvent sharding = only();

        assertThat(sharding.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(sharding.shards()).containsExactly("s0");
        assertThat(sharding.through()).contains(t(10 + 86_400));
    }

    @Test
    void undecidedTransactionsAreEvents() {
        entries.prepare(RS0, 10, 1)
                .prepare(RS1, 12, 1)
                .prepare(RS0, 13, 2)
                .commit(RS1, 15, 1, 12)
                .quiet(20);
        List<TopologyEvent> events = events();

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

        assertThat(events()).isEmpty();
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

        assertThat(only().span().decidedAt()).contains(t(12));
    }

    private TopologyEvent only() {
        List<TopologyEvent> events = events();
        assertThat(events).hasSize(1);
        return events.get(0);
    }

    private List<TopologyEvent> events() {
        entries.quiet(
                entries.all().stream()
                                .mapToLong(at -> at.entry().clusterTime().seconds())
                                .max()
                                .orElse(0)
                        + 1);
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        entries.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        return fold.events();
    }
}
