package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.time.Duration;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;

class ClusterTimesTest {
    private static SimulatedCluster start(ManualClock clock, int members) {
        return SimulatedCluster.builder()
                .members(members)
                .clock(clock)
                .noopInterval(Duration.ZERO)
                .manualTicks()
                .start();
    }

    private static void insert(Router router, int id, int customer) {
        BsonDocument reply =
                router.run(
                        "shop",
                        BsonDocument.parse(
                                "{insert: 'orders', documents: [{_id: "
                                        + id
                                        + ", customer: "
                                        + customer
                                        + "}], writeConcern: {w: 1}}"));
        assertThat(reply.getNumber("n").intValue()).as(reply.toString()).isEqualTo(1);
    }

    @Test
    void aLaterWriteThroughOneRouterHasAGreaterTimeOnWhateverShard() {
        ManualClock clock = new ManualClock();
        try (SimulatedCluster simulated = start(clock, 1)) {
            Cluster cluster = new Cluster(simulated, clock).withOrders();
            BsonTimestamp last = cluster.now();
            for (int i = 0; i < 12; i++) {
                insert(simulated.router(), i, 100 * (i % 3));
                BsonTimestamp written =
                        simulated.shards().get("shard" + i % 3).primary().lastApplied();
                assertThat(written).isGreaterThan(last);
                last = written;
            }
        }
    }

    @Test
    void writesThroughTwoRoutersThatDoNotKnowOfEachOtherMayHaveTheirTimesTheOtherWayRound() {
        ManualClock clock = new ManualClock();
        try (SimulatedCluster simulated = start(clock, 1)) {
            new Cluster(simulated, clock).withOrders();
            Router other = simulated.addRouter();
            other.catchUpWithTheCluster();
            for (int i = 0; i < 5; i++) {
                insert(simulated.router(), i, 1);
            }
            insert(other, 9, 101);
            assertThat(simulated.shards().get("shard1").primary().lastApplied())
                    .isLessThan(simulated.shards().get("shard0").primary().lastApplied());
            assertThat(simulated.oracle().documents("shop.orders", simulated.clusterTime()))
                    .hasSize(6);
        }
    }

    @Test
    void whatAnElectionRolledBackNeverHappened() {
        ManualClock clock = new ManualClock();
        try (SimulatedCluster simulated = start(clock, 3)) {
            Cluster cluster = new Cluster(simulated, clock).withOrders();
            insert(simulated.router(), 1, 1);
            SimulatedReplicaSet shard = simulated.shards().get("shard0");
            shard.member(1).pauseReplication();
            shard.member(2).pauseReplication();
            insert(simulated.router(), 2, 2);
            BsonTimestamp lost = cluster.now();
            assertThat(cluster.oracle("shop.orders", lost)).hasSize(2);
            shard.elect(shard.member(1));
            assertThat(cluster.oracle("shop.orders", lost)).hasSize(1);
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
            insert(simulated.router(), 2, 2);
            assertThat(cluster.oracle("shop.orders", cluster.now())).hasSize(2);
        }
    }
}
