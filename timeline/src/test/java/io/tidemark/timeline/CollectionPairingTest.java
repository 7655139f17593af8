package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Drops, changes and index builds of collections, by changelog, coordinators and shards. */
class CollectionPairingTest {
    private final Entries entries = new Entries();

    @Test
    void anEndLoggedTwiceAfterAFailoverIsOneOperation() {
        entries.log(10, "dropCollection.start", "shop.orders", "{}")
                .log(11, "dropCollection", "shop.orders", "{}").log(
                15, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = entries.onlyEvent();

        assertThat(drop.through()).contains(t(11));
    }

    @Test
    void aStartLoggedTwiceIsOneOperation() {
        entries.log(10, "dropCollection.start", "shop.orders", "{}")
                .log(15, "dropCollection.start", "shop.orders", "{}").log(
                18, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = entries.onlyEvent();

        assertThat(drop.from()).isEqualTo(t(10));
        assertThat(drop.through()).contains(t(18));
    }

    @Test
    void anEndWithoutStartMayHaveBegunBeforeTheRecord() {
        entries.noop(CFG, 3).log(11, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = entries.onlyEvent();

        assertThat(drop.from()).isEqualTo(t(3));
        assertThat(drop.span().startSeen()).isFalse();
    }

    @Test
    void anEndWithoutStartBeginsWithTheFirstShardsDrop() {
        entries.noop(CFG, 3)
                .command(RS0, 9, "shop", "{drop:'orders'}")
                .command(RS1, 10, "shop", "{drop:'orders'}")
                .log(11, "dropCollection", "shop.orders", "{}");
        TopologyEvent drop = entries.onlyEvent();

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

        assertThat(entries.onlyEvent().shards()).containsExactly("s0", "s1");
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
        TopologyEvent collMod = entries.onlyEvent();

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
        TopologyEvent collMod = entries.onlyEvent();

        assertThat(collMod.from()).isEqualTo(t(12));
        assertThat(collMod.through()).contains(t(14));
    }

    @Test
    void aCollectionThatLeavesTheCatalogueUnnamedIsADropUntilTheLastShardDroppedIt() {
        entries.entry(CFG, 10, "{op:'d', ns:'config.collections', o:{_id:'shop.orders'}}")
                .command(RS0, 11, "shop", "{drop:'orders'}")
                .command(RS1, 13, "shop", "{drop:'orders'}")
                .quiet(60);
        TopologyEvent drop = entries.onlyEvent();

        assertThat(drop.span().criticalFrom()).contains(t(10));
        assertThat(drop.through()).contains(t(13));
    }

    @Test
    void anUnshardedCollectionsCommandsAreMoments() {
        entries.command(RS0, 10, "shop", "{create:'log', idIndex:{}}")
                .command(RS0, 11, "shop", "{drop:'log'}");

        assertThat(entries.events())
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

        assertThat(entries.events())
                .hasSize(2)
                .allSatisfy(e -> assertThat(e.through()).contains(e.from()));
    }

    @Test
    void commandsOfMigrationsAreNotDdl() {
        entries.entry(RS1, 12, "{op:'c', ns:'shop.$cmd', fromMigrate:true, o:{create:'orders'}}");

        assertThat(entries.events()).isEmpty();
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
        TopologyEvent build = entries.onlyEvent();

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

        assertThat(entries.events()).hasSize(2);
        assertThat(entries.events())
                .allMatch(e -> e.span().criticalFrom().equals(Optional.of(t(20))));
        assertThat(entries.events().stream().map(e -> e.through().orElseThrow()))
                .containsExactlyInAnyOrder(t(21), t(22));
        assertThat(entries.events().stream().map(TopologyEvent::id)).doesNotHaveDuplicates();
    }

    @Test
    void whatNeverEndsIsGivenUpAsUnknownAfterADay() {
        entries.log(10, "shardCollection.start", "shop.orders", "{primary:'s0:rs0/h:1'}")
                .quiet(10 + 86_400);
        TopologyEvent sharding = entries.onlyEvent();

        assertThat(sharding.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(sharding.shards()).containsExactly("s0");
        assertThat(sharding.through()).contains(t(10 + 86_400));
    }
}
