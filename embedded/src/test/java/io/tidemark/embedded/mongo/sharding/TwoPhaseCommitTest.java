package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TwoPhaseCommitTest {
    private static final String SESSION =
            "lsid: {id: {$uuid: '00000000-0000-4000-8000-000000000007'}}, txnNumber: {$numberLong:"
                    + " '3'}, autocommit: false";
    private static final TransactionId ID =
            new TransactionId(
                    Bson.session(BsonDocument.parse("{" + SESSION + "}").getDocument("lsid")), 3);

    private static void transfer(Cluster cluster) {
        cluster.insert(1, 1);
        cluster.insert(2, 101);
        cluster.run(
                "shop",
                "{update: 'orders', updates: [{q: {customer: 1}, u: {$inc: {n: -5}}}],"
                        + " startTransaction: true, "
                        + SESSION
                        + "}");
        cluster.run(
                "shop",
                "{update: 'orders', updates: [{q: {customer: 101}, u: {$inc: {n: 5}}}], "
                        + SESSION
                        + "}");
    }

    private static List<Integer> balances(Cluster cluster, BsonTimestamp time) {
        return cluster.simulated.oracle().documents("shop.orders", time).stream()
                .map(document -> document.getInt32("n").getValue())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void countsOnAllShardsFromItsCommitTimestampOn(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            transfer(cluster);
            TwoPhaseCommit commit = cluster.simulated.router().coordinateCommit(ID);
            commit.advanceTo("commit on shard0");
            BsonTimestamp at = commit.commitTimestamp().orElseThrow();
            commit.step();
            BsonTimestamp between = commit.lastEntry();
            commit.finish();
            assertThat(between).isGreaterThan(at);
            assertThat(balances(cluster, new BsonTimestamp(at.getTime(), at.getInc() - 1)))
                    .containsExactly(0, 0);
            assertThat(balances(cluster, at)).containsExactly(-5, 5);
            assertThat(balances(cluster, between)).containsExactly(-5, 5);
            assertThat(commit.outcome()).isEqualTo(TwoPhaseCommit.Outcome.COMMITTED);
            assertThat(cluster.owned("shop.orders", cluster.now()))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void leavesTheEntriesOfARealOne(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            transfer(cluster);
            BsonTimestamp before = cluster.now();
            TwoPhaseCommit commit = cluster.simulated.router().coordinateCommit(ID);
            commit.finish();
            List<BsonDocument> coordinator =
                    cluster.oplog(cluster.simulated.shards().get("shard0"), before);
            assertThat(
                            coordinator.stream()
                                    .filter(entry -> !entry.getString("op").getValue().equals("n"))
                                    .map(TwoPhaseCommitTest::kind))
                    .containsSubsequence(
                            "i config.transaction_coordinators",
                            "c prepare",
                            "u config.transaction_coordinators",
                            "c commitTransaction",
                            "d config.transaction_coordinators");
            List<BsonDocument> other =
                    cluster.oplog(cluster.simulated.shards().get("shard1"), before);
            assertThat(other.stream().map(TwoPhaseCommitTest::kind))
                    .containsSubsequence("c prepare", "c commitTransaction");
            BsonTimestamp prepared = Bson.later(prepareOf(coordinator), prepareOf(other));
            assertThat(commit.commitTimestamp()).contains(prepared);
            for (List<BsonDocument> log : List.of(coordinator, other)) {
                BsonDocument committed =
                        log.stream()
                                .filter(entry -> kind(entry).equals("c commitTransaction"))
                                .findFirst()
                                .orElseThrow();
                assertThat(committed.getDocument("o").getTimestamp("commitTimestamp"))
                        .isEqualTo(prepared);
                assertThat(committed.getTimestamp("ts")).isGreaterThan(prepared);
                assertThat(committed.getDocument("lsid")).isEqualTo(ID.lsid());
            }
        }
    }

    private static BsonTimestamp prepareOf(List<BsonDocument> log) {
        return log.stream()
                .filter(entry -> kind(entry).equals("c prepare"))
                .findFirst()
                .orElseThrow()
                .getTimestamp("ts");
    }

    private static String kind(BsonDocument entry) {
        String op = entry.getString("op").getValue();
        BsonDocument o = entry.getDocument("o");
        if (!op.equals("c")) {
            return op + " " + entry.getString("ns").getValue();
        }
        return "c " + (o.containsKey("prepare") ? "prepare" : o.getFirstKey());
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void anAbortAfterAPrepareLeavesNothing(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            transfer(cluster);
            TwoPhaseCommit commit = cluster.simulated.router().coordinateCommit(ID);
            commit.advanceTo("prepare on shard1");
            commit.abort("the coordinator has lost patience");
            commit.finish();
            assertThat(balances(cluster, cluster.now())).containsExactly(0, 0);
            assertThat(commit.outcome()).isEqualTo(TwoPhaseCommit.Outcome.ABORTED);
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
            cluster.run(
                    "shop", "{update: 'orders', updates: [{q: {customer: 1}, u: {$inc: {n: 1}}}]}");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void oneWriterCommitsWithoutTwoPhases(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.insert(1, 1);
            BsonTimestamp before = cluster.now();
            cluster.run(
                    "shop",
                    "{find: 'orders', filter: {customer: 150}, startTransaction: true, "
                            + SESSION
                            + "}");
            cluster.run(
                    "shop",
                    "{update: 'orders', updates: [{q: {customer: 1}, u: {$inc: {n: 4}}}], "
                            + SESSION
                            + "}");
            cluster.admin("{commitTransaction: 1, " + SESSION + "}");
            for (Map.Entry<String, io.tidemark.embedded.mongo.SimulatedReplicaSet> shard :
                    cluster.simulated.shards().entrySet()) {
                assertThat(
                                cluster.oplog(shard.getValue(), before).stream()
                                        .map(TwoPhaseCommitTest::kind))
                        .doesNotContain("c prepare", "i config.transaction_coordinators");
            }
            assertThat(balances(cluster, cluster.now())).containsExactly(4);
        }
    }

    /** Whatever step an election of the coordinator's shard meets: both balances, or neither. */
    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void aNewPrimaryOfTheCoordinatorGoesOnFromItsDocument(ServerVersion version) {
        int committed = 0;
        for (int at = 0; at < 7; at++) {
            try (Cluster cluster = replicated(version)) {
                transfer(cluster);
                TwoPhaseCommit commit = cluster.simulated.router().coordinateCommit(ID);
                for (int i = 0; i < at; i++) {
                    commit.step();
                }
                SimulatedReplicaSet coordinator = cluster.simulated.shards().get("shard0");
                coordinator.elect(coordinator.member(1));
                commit.finish();
                boolean done = commit.outcome() == TwoPhaseCommit.Outcome.COMMITTED;
                committed += done ? 1 : 0;
                assertThat(balances(cluster, cluster.now()))
                        .as("elected before step %d: %s", at, commit.outcome())
                        .isEqualTo(done ? List.of(-5, 5) : List.of(0, 0));
                assertThat(cluster.find("shop.orders"))
                        .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
                assertThat(
                                coordinator
                                        .primary()
                                        .find(
                                                "config.transaction_coordinators",
                                                new BsonDocument(),
                                                Optional.empty()))
                        .isEmpty();
            }
        }
        // Its own part is lost in an election before its prepare only.
        assertThat(committed).isEqualTo(5);
    }

    private static Cluster replicated(ServerVersion version) {
        ManualClock clock = new ManualClock();
        return new Cluster(
                        SimulatedCluster.builder()
                                .version(version)
                                .clock(clock)
                                .members(3)
                                .noopInterval(Duration.ZERO)
                                .manualTicks()
                                .start(),
                        clock)
                .withOrders();
    }
}
