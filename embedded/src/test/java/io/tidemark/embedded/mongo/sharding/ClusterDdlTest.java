package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClusterDdlTest {
    private static List<String> changelog(Cluster cluster, BsonTimestamp after) {
        return cluster.oplog(cluster.simulated.config(), after).stream()
                .filter(entry -> entry.getString("ns").getValue().equals("config.changelog"))
                .map(entry -> entry.getDocument("o").getString("what").getValue())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void dropsAShardedCollectionAndForgetsNothingOfItsPast(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.insert(1, 1);
            cluster.insert(2, 250);
            BsonTimestamp before = cluster.now();
            List<String> had = cluster.oracle("shop.orders", before);
            cluster.run("shop", "{drop: 'orders'}");
            assertThat(changelog(cluster, before))
                    .containsExactly("dropCollection.start", "dropCollection");
            assertThat(cluster.simulated.oracle().namespaces(cluster.now()))
                    .doesNotContain("shop.orders");
            assertThat(cluster.oracle("shop.orders", before)).isEqualTo(had).hasSize(2);
            cluster.insert(1, 1);
            assertThat(cluster.oracle("shop.orders", cluster.now())).hasSize(1);
            assertThat(cluster.simulated.routing().collection("shop.orders")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V8_0"})
    void renamesAShardedCollectionOverAnother(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.insert(1, 1);
            cluster.insert(2, 150);
            cluster.run("shop", "{insert: 'old', documents: [{_id: 9}]}");
            cluster.admin("{renameCollection: 'shop.orders', to: 'shop.old', dropTarget: true}");
            assertThat(cluster.find("shop.old"))
                    .isEqualTo(cluster.oracle("shop.old", cluster.now()))
                    .hasSize(2);
            assertThat(cluster.simulated.oracle().namespaces(cluster.now()))
                    .containsExactly("shop.old");
            cluster.run("shop", "{insert: 'old', documents: [{_id: 3, customer: 205}]}");
            assertThat(cluster.owned("shop.old", cluster.now()))
                    .isEqualTo(cluster.oracle("shop.old", cluster.now()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V8_0"})
    void aRenameThatIsRefusedBeginsNoCoordinator(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            BsonDocument reply =
                    cluster.simulated
                            .router()
                            .run(
                                    "admin",
                                    BsonDocument.parse(
                                            "{renameCollection: 'shop.orders', to: 'shop.orders',"
                                                    + " dropTarget: true}"));

            assertThat(reply.getNumber("code").intValue()).isEqualTo(20);
            for (SimulatedReplicaSet shard : cluster.simulated.shards().values()) {
                assertThat(shard.oplog())
                        .noneMatch(entry -> entry.toString().contains("renameCollection"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void movesThePrimaryWithTheUnshardedCollections(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.run("shop", "{insert: 'plain', documents: [{_id: 1}, {_id: 2}]}");
            cluster.run("shop", "{createIndexes: 'plain', indexes: [{key: {a: 1}, name: 'a_1'}]}");
            cluster.insert(1, 1);
            BsonTimestamp before = cluster.now();
            Stepwise move = cluster.simulated.movePrimary("shop", "shard2");
            move.advanceTo("commit");
            BsonTimestamp during = cluster.now();
            move.finish();
            cluster.run("shop", "{update: 'plain', updates: [{q: {_id: 1}, u: {$set: {a: 1}}}]}");
            for (BsonTimestamp time : List.of(before, during)) {
                assertThat(cluster.oracle("shop.plain", time))
                        .containsExactly("{\"_id\": 1}", "{\"_id\": 2}");
            }
            assertThat(cluster.find("shop.plain"))
                    .isEqualTo(cluster.oracle("shop.plain", cluster.now()));
            assertThat(cluster.simulated.oracle().indexes("shop.plain", cluster.now()))
                    .containsKey("a_1");
            assertThat(cluster.simulated.oracle().inFlightAt(during))
                    .anyMatch(event -> event.kind().equals("movePrimary"));
            assertThat(cluster.find("shop.orders")).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void dropsADatabase(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.insert(1, 1);
            cluster.insert(2, 150);
            cluster.run("shop", "{insert: 'plain', documents: [{_id: 1}]}");
            BsonTimestamp before = cluster.now();
            cluster.run("shop", "{dropDatabase: 1}");
            assertThat(cluster.simulated.oracle().namespaces(before))
                    .containsExactly("shop.orders", "shop.plain");
            assertThat(cluster.simulated.oracle().namespaces(cluster.now())).isEmpty();
            assertThat(changelog(cluster, before))
                    .startsWith("dropDatabase.start")
                    .endsWith("dropDatabase");
            cluster.insert(1, 1);
            assertThat(cluster.oracle("shop.orders", cluster.now())).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void refinesAShardKey(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.run(
                    "shop",
                    "{createIndexes: 'orders', indexes: [{key: {customer: 1, n: 1}, name:"
                            + " 'c_n'}]}");
            cluster.insert(1, 1);
            cluster.insert(2, 150);
            cluster.admin("{refineCollectionShardKey: 'shop.orders', key: {customer: 1, n: 1}}");
            cluster.insert(3, 250);
            cluster.admin("{split: 'shop.orders', middle: {customer: 1, n: 0}}");
            cluster.admin("{moveChunk: 'shop.orders', find: {customer: 1, n: 0}, to: 'shard2'}");
            cluster.run(
                    "shop",
                    "{update: 'orders', updates: [{q: {customer: 1, n: 0}, u: {$set: {x: 1}}}]}");
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()))
                    .hasSize(3);
            assertThat(cluster.owned("shop.orders", cluster.now()))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V8_0"})
    void dealsHashedChunksOutToAllShards(ServerVersion version) {
        try (Cluster cluster = new Cluster(version)) {
            cluster.admin("{enableSharding: 'app'}");
            cluster.admin("{shardCollection: 'app.users', key: {_id: 'hashed'}}");
            for (int i = 0; i < 60; i++) {
                cluster.run("app", "{insert: 'users', documents: [{_id: " + i + "}]}");
            }
            assertThat(cluster.simulated.routing().chunksByShard("app.users")).hasSize(3);
            cluster.simulated
                    .shards()
                    .forEach(
                            (id, set) ->
                                    assertThat(set.oracle().documentsAt("app.users", cluster.now()))
                                            .as(id)
                                            .isNotEmpty());
            assertThat(cluster.find("app.users"))
                    .isEqualTo(cluster.oracle("app.users", cluster.now()))
                    .hasSize(60);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void takesAShardInAndOut(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.insert(1, 1);
            String added = cluster.simulated.addShard();
            cluster.admin("{moveChunk: 'shop.orders', find: {customer: 1}, to: '" + added + "'}");
            cluster.insert(2, 2);
            assertThat(cluster.find("shop.orders")).hasSize(2);
            assertThat(
                            cluster.admin("{removeShard: '" + added + "'}")
                                    .getString("state")
                                    .getValue())
                    .isEqualTo("started");
            assertThat(
                            cluster.admin("{removeShard: '" + added + "'}")
                                    .getString("state")
                                    .getValue())
                    .isEqualTo("ongoing");
            cluster.admin("{moveChunk: 'shop.orders', find: {customer: 1}, to: 'shard1'}");
            assertThat(
                            cluster.admin("{removeShard: '" + added + "'}")
                                    .getString("state")
                                    .getValue())
                    .isEqualTo("completed");
            assertThat(cluster.admin("{listShards: 1}").getArray("shards")).hasSize(3);
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void writesMetadataAsTheReleaseDoes(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            List<BsonDocument> entries =
                    cluster.oplog(cluster.simulated.config(), new BsonTimestamp(0));
            assertThat(fields(entries, "config.databases"))
                    .containsExactly("_id", "primary", "partitioned", "version");
            assertThat(fields(entries, "config.collections"))
                    .containsExactly(
                            "_id",
                            "lastmodEpoch",
                            "lastmod",
                            "timestamp",
                            "uuid",
                            "key",
                            "unique",
                            "noBalance");
            assertThat(fields(entries, "config.chunks"))
                    .containsExactly("_id", "uuid", "min", "max", "shard", "lastmod", "history");
            assertThat(fields(entries, "config.shards"))
                    .containsExactly("_id", "host", "state", "topologyTime");
            assertThat(fields(entries, "config.changelog"))
                    .containsExactly(
                            "_id",
                            "server",
                            "shard",
                            "clientAddr",
                            "time",
                            "what",
                            "ns",
                            "details");
        }
    }

    private static java.util.Set<String> fields(List<BsonDocument> entries, String namespace) {
        return entries.stream()
                .filter(entry -> entry.getString("ns").getValue().equals(namespace))
                .filter(entry -> entry.getString("op").getValue().equals("i"))
                .map(entry -> entry.getDocument("o").keySet())
                .findFirst()
                .orElseThrow();
    }
}
