package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReshardingTest {
    private static final BsonDocument KEY = new BsonDocument("n", new BsonInt32(1));

    private static Cluster cluster(ServerVersion version) {
        Cluster cluster = new Cluster(version).withOrders();
        for (int i = 0; i < 30; i++) {
            cluster.run(
                    "shop",
                    "{insert: 'orders', documents: [{_id: "
                            + i
                            + ", customer: "
                            + i * 10
                            + ", n: "
                            + (30 - i)
                            + "}]}");
        }
        return cluster;
    }

    private static boolean isWritable(Cluster cluster) {
        return cluster.simulated.oracle().inFlightAt(cluster.now()).stream()
                .noneMatch(event -> event.kind().equals("reshardCommit"));
    }

    /** The new key's value changes, so that another shard may have to own the copy. */
    private static void moveToAnotherKey(Cluster cluster, int customer) {
        cluster.run(
                "shop",
                "{update: 'orders', updates: [{q: {customer: "
                        + customer
                        + "}, u: {$inc: {n: 11}}, multi: true}]}");
    }

    private static List<String> states(Cluster cluster, BsonTimestamp after) {
        List<String> states = new ArrayList<>();
        cluster.oplog(cluster.simulated.config(), after).stream()
                .filter(entry -> entry.getString("ns").getValue().equals("config.changelog"))
                .map(entry -> entry.getDocument("o"))
                .filter(
                        line ->
                                line.getString("what")
                                        .getValue()
                                        .equals("resharding.coordinator.transition"))
                .forEach(
                        line ->
                                states.add(
                                        line.getDocument("details")
                                                .getString("newState")
                                                .getValue()));
        return states;
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V6_0", "V8_0"})
    void copiesTheCollectionUnderANewUuidWhileUsersWrite(ServerVersion version) {
        try (Cluster cluster = cluster(version)) {
            BsonTimestamp before = cluster.now();
            UUID old = cluster.simulated.oracle().uuid("shop.orders", before).orElseThrow();
            Resharding resharding = cluster.simulated.reshardCollection("shop.orders", KEY);
            int step = 0;
            List<BsonTimestamp> times = new ArrayList<>();
            while (!resharding.isDone()) {
                if (isWritable(cluster)) {
                    cluster.insert(100 + step, step * 7 % 300);
                    cluster.run(
                            "shop",
                            "{delete: 'orders', deletes: [{q: {_id: " + step + "}, limit: 0}]}");
                    if (!resharding.isCommitted()) {
                        moveToAnotherKey(cluster, (step + 12) % 30 * 10);
                    }
                }
                times.add(cluster.now());
                resharding.step();
                step++;
            }
            assertThat(cluster.simulated.oracle().uuid("shop.orders", cluster.now()))
                    .contains(resharding.newUuid())
                    .isNotEqualTo(old);
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()))
                    .isNotEmpty();
            assertThat(cluster.owned("shop.orders", cluster.now()))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
            for (BsonTimestamp time : times) {
                if (cluster.simulated.oracle().inFlightAt(time).stream()
                        .noneMatch(event -> event.kind().equals("reshardCommit"))) {
                    assertThat(cluster.owned("shop.orders", time))
                            .isEqualTo(cluster.oracle("shop.orders", time));
                }
            }
            assertThat(states(cluster, before))
                    .containsExactly(
                            "initializing",
                            "preparing-to-donate",
                            "cloning",
                            "applying",
                            "blocking-writes",
                            "committing",
                            "done");
            assertThat(cluster.simulated.routing().chunksByShard("shop.orders")).hasSize(3);
            cluster.insert(1000, 5);
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V8_0"})
    void leavesTheCollectionAsItWasWhereItIsAborted(ServerVersion version) {
        for (String stop : List.of("prepare to donate", "begin to apply", "commit")) {
            try (Cluster cluster = cluster(version)) {
                BsonTimestamp before = cluster.now();
                Resharding resharding = cluster.simulated.reshardCollection("shop.orders", KEY);
                resharding.advanceTo(stop);
                resharding.abort();
                resharding.finish();
                assertThat(states(cluster, before)).contains("aborting").endsWith("done");
                cluster.insert(1000, 5);
                assertThat(cluster.find("shop.orders"))
                        .isEqualTo(cluster.oracle("shop.orders", cluster.now()))
                        .hasSize(31);
                assertThat(cluster.simulated.oracle().uuid("shop.orders", cluster.now()))
                        .isEqualTo(cluster.simulated.oracle().uuid("shop.orders", before));
                cluster.admin("{reshardCollection: 'shop.orders', key: {n: 1}}");
                assertThat(cluster.find("shop.orders"))
                        .isEqualTo(cluster.oracle("shop.orders", cluster.now()))
                        .hasSize(31);
            }
        }
    }

    @Test
    void refusesWhatWouldMeetIt() {
        try (Cluster cluster = cluster(ServerVersion.V5_0)) {
            Resharding resharding = cluster.simulated.reshardCollection("shop.orders", KEY);
            resharding.advanceTo("begin to clone");
            List<Runnable> others =
                    List.of(
                            () -> cluster.simulated.dropCollection("shop.orders"),
                            () ->
                                    cluster.simulated.renameCollection(
                                            "shop.orders", "shop.old", false),
                            () -> cluster.simulated.dropDatabase("shop"),
                            () -> cluster.simulated.reshardCollection("shop.orders", KEY),
                            () ->
                                    cluster.simulated.moveChunk(
                                            "shop.orders",
                                            BsonDocument.parse("{customer: 1}"),
                                            "shard1"));
            for (Runnable other : others) {
                assertThatThrownBy(other::run)
                        .isInstanceOfSatisfying(
                                ServerError.class,
                                refused -> assertThat(refused.code()).isEqualTo(117));
            }
            resharding.finish();
            cluster.simulated.dropCollection("shop.orders").finish();
        }
        try (Cluster cluster = cluster(ServerVersion.V4_4)) {
            assertThatThrownBy(() -> cluster.simulated.reshardCollection("shop.orders", KEY))
                    .isInstanceOfSatisfying(
                            ServerError.class, refused -> assertThat(refused.code()).isEqualTo(59));
        }
    }
}
