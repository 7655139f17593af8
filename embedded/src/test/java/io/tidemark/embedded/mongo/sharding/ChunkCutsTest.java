package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkCutsTest {
    private static BsonDocument customer(int number) {
        return new BsonDocument("customer", Bson.number(number));
    }

    private static List<BsonDocument> lines(Cluster cluster, BsonTimestamp after) {
        return cluster.oplog(cluster.simulated.config(), after).stream()
                .filter(entry -> entry.getString("ns").getValue().equals("config.changelog"))
                .map(entry -> entry.getDocument("o"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void oneSplitInManyIsLoggedChunkByChunk(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            BsonTimestamp before = cluster.now();
            cluster.simulated.split(
                    "shop.orders", List.of(customer(10), customer(20), customer(30)));
            List<BsonDocument> lines = lines(cluster, before);
            assertThat(lines).hasSize(4);
            for (int i = 0; i < 4; i++) {
                assertThat(lines.get(i).getString("what").getValue()).isEqualTo("multi-split");
                BsonDocument details = lines.get(i).getDocument("details");
                assertThat(details.getInt32("number").getValue()).isEqualTo(i + 1);
                assertThat(details.getInt32("of").getValue()).isEqualTo(4);
                assertThat(details.containsKey("owningShard"))
                        .isEqualTo(version.atLeast(ServerVersion.V5_0));
            }
            assertThat(cluster.simulated.routing().chunksByShard("shop.orders"))
                    .containsEntry("shard0", 4L);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void neighboursOfOneShardMerge(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.simulated.split("shop.orders", List.of(customer(10), customer(20)));
            cluster.insert(1, 15);
            BsonTimestamp before = cluster.now();
            cluster.admin(
                    "{mergeChunks: 'shop.orders', bounds: [{customer: 10}, {customer: 100}]}");
            BsonDocument line = lines(cluster, before).get(0);
            assertThat(line.getString("what").getValue()).isEqualTo("merge");
            assertThat(line.getDocument("details").keySet())
                    .isEqualTo(
                            switch (version) {
                                case V4_4 ->
                                        java.util.Set.of(
                                                "merged", "prevShardVersion", "mergedVersion");
                                case V5_0 ->
                                        java.util.Set.of(
                                                "merged",
                                                "prevShardVersion",
                                                "mergedVersion",
                                                "owningShard");
                                default ->
                                        java.util.Set.of(
                                                "prevPlacementVersion",
                                                "mergedVersion",
                                                "owningShard",
                                                "min",
                                                "max",
                                                "numChunks");
                            });
            assertThat(cluster.simulated.routing().chunksByShard("shop.orders"))
                    .containsEntry("shard0", 2L);
            cluster.admin("{moveChunk: 'shop.orders', find: {customer: 15}, to: 'shard2'}");
            assertThat(cluster.owned("shop.orders", cluster.now()))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void whatIsNotSeveralWholeChunksOfOneShardDoesNotMerge(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.simulated.split("shop.orders", List.of(customer(10), customer(20)));
            for (List<Integer> bounds :
                    List.of(List.of(10, 20), List.of(10, 50), List.of(10, 200), List.of(5, 100))) {
                assertThatThrownBy(
                                () ->
                                        cluster.simulated.mergeChunks(
                                                "shop.orders",
                                                customer(bounds.get(0)),
                                                customer(bounds.get(1))))
                        .as("from %s to %s", bounds.get(0), bounds.get(1))
                        .isInstanceOfSatisfying(
                                ServerError.class,
                                refused -> assertThat(refused.code()).isEqualTo(20));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void theBalancersSettingDecidesWhatItsStatusSays(ServerVersion version) {
        try (Cluster cluster = new Cluster(version)) {
            assertThat(mode(cluster)).isEqualTo("full");
            cluster.admin("{balancerStop: 1}");
            assertThat(mode(cluster)).isEqualTo("off");
            cluster.run(
                    "config",
                    "{update: 'settings', updates: [{q: {_id: 'balancer'}, u: {$set: {stopped:"
                            + " false, mode: 'full'}}}]}");
            assertThat(mode(cluster)).isEqualTo("full");
        }
    }

    private static String mode(Cluster cluster) {
        return cluster.admin("{balancerStatus: 1}").getString("mode").getValue();
    }
}
