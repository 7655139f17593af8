package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationTest {
    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void losesNothingWhateverIsWrittenBetweenItsSteps(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            for (int i = 0; i < 20; i++) {
                cluster.insert(i, i);
            }
            List<BsonTimestamp> times = new ArrayList<>();
            Migration move =
                    cluster.simulated.moveChunk(
                            "shop.orders", BsonDocument.parse("{customer: 5}"), "shard1");
            int written = 100;
            while (!move.isDone()) {
                times.add(cluster.now());
                if (canWrite(cluster, move)) {
                    cluster.insert(written, written % 100);
                    cluster.run(
                            "shop",
                            "{update: 'orders', updates: [{q: {customer: 7}, u: {$inc: {n: 1}}}]}");
                    cluster.run(
                            "shop",
                            "{delete: 'orders', deletes: [{q: {_id: "
                                    + (written - 100)
                                    + "}, limit: 1}]}");
                    written++;
                }
                times.add(cluster.now());
                move.step();
            }
            times.add(cluster.now());
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
            for (BsonTimestamp time : times) {
                assertThat(cluster.owned("shop.orders", time))
                        .as("at %s", time)
                        .isEqualTo(cluster.oracle("shop.orders", time));
            }
            assertThat(cluster.simulated.rangeDeletions()).hasSize(3);
            cluster.clock.advance(Duration.ofMinutes(16));
            cluster.simulated.runDueRangeDeletions();
            assertThat(cluster.simulated.rangeDeletions()).isEmpty();
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()));
        }
    }

    private static boolean canWrite(Cluster cluster, Migration move) {
        BsonDocument probe =
                BsonDocument.parse(
                        "{update: 'orders', updates: [{q: {customer: 50, x: 1}, u: {$set: {y:"
                                + " 1}}}]}");
        boolean blocked =
                cluster.simulated.router().run("shop", probe).getNumber("ok").intValue() != 1;
        String next = move.next().orElse("");
        assertThat(blocked)
                .as("blocked before " + next)
                .isEqualTo(
                        List.of("final mods", "commit", "refresh the donor", "release")
                                .contains(next));
        return !blocked;
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void anAbortedMoveLeavesTheDonorAsOwnerAndNoCopies(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            cluster.insert(1, 5);
            Migration move =
                    cluster.simulated.moveChunk(
                            "shop.orders", BsonDocument.parse("{customer: 5}"), "shard1");
            move.advanceTo("commit");
            BsonTimestamp during = cluster.now();
            move.abort("the recipient is too slow");
            move.finish();
            cluster.insert(2, 6);
            assertThat(
                            cluster.simulated
                                    .routing()
                                    .collection("shop.orders")
                                    .orElseThrow()
                                    .owning(BsonDocument.parse("{customer: 5}"))
                                    .shard())
                    .isEqualTo("shard0");
            assertThat(
                            cluster.simulated
                                    .shards()
                                    .get("shard1")
                                    .oracle()
                                    .documentsAt("shop.orders", during))
                    .hasSize(1);
            assertThat(
                            cluster.simulated
                                    .shards()
                                    .get("shard1")
                                    .oracle()
                                    .documentsAt("shop.orders", cluster.now()))
                    .isEmpty();
            assertThat(cluster.owned("shop.orders", during))
                    .isEqualTo(cluster.oracle("shop.orders", during));
            assertThat(changelog(cluster))
                    .endsWith(
                            "moveChunk.start", "moveChunk.error", "moveChunk.to", "moveChunk.from");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V8_0"})
    void writesItsLinesAndItsCommitInOneEntry(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            BsonTimestamp before = cluster.now();
            cluster.simulated
                    .moveChunk("shop.orders", BsonDocument.parse("{customer: 150}"), "shard2")
                    .finish();
            assertThat(changelog(cluster))
                    .endsWith(
                            "moveChunk.start",
                            "moveChunk.to",
                            "moveChunk.commit",
                            "moveChunk.from");
            List<BsonDocument> commits =
                    cluster.oplog(cluster.simulated.config(), before).stream()
                            .filter(entry -> entry.getDocument("o").containsKey("applyOps"))
                            .toList();
            assertThat(commits).hasSize(1);
            BsonDocument chunk =
                    commits.get(0)
                            .getDocument("o")
                            .getArray("applyOps")
                            .get(0)
                            .asDocument()
                            .getDocument("o");
            assertThat(chunk.getString("shard").getValue()).isEqualTo("shard2");
            assertThat(commits.get(0).containsKey("lsid")).isEqualTo(version == ServerVersion.V8_0);
        }
    }

    private static List<String> changelog(Cluster cluster) {
        return cluster.oplog(cluster.simulated.config(), new BsonTimestamp(0)).stream()
                .filter(entry -> entry.getString("ns").getValue().equals("config.changelog"))
                .filter(entry -> entry.getString("op").getValue().equals("i"))
                .map(entry -> entry.getDocument("o").getString("what").getValue())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_0"})
    void waitsForTransactionsBeforeItsCriticalSection(ServerVersion version) {
        try (Cluster cluster = new Cluster(version).withOrders()) {
            String session =
                    "lsid: {id: {$uuid: '00000000-0000-4000-8000-000000000001'}}, txnNumber:"
                            + " {$numberLong: '1'}, autocommit: false";
            cluster.run(
                    "shop",
                    "{insert: 'orders', documents: [{_id: 1, customer: 5}], startTransaction: true,"
                            + " "
                            + session
                            + "}");
            Migration move =
                    cluster.simulated.moveChunk(
                            "shop.orders", BsonDocument.parse("{customer: 5}"), "shard1");
            move.advanceTo("enter the critical section");
            assertThatThrownBy(move::step)
                    .isInstanceOf(ServerError.class)
                    .hasMessageContaining("transaction");
            cluster.admin("{commitTransaction: 1, " + session + "}");
            move.finish();
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", cluster.now()))
                    .hasSize(1);
        }
    }
}
