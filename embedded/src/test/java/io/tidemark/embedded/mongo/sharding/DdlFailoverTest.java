package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedMember;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;

/** A change of the catalogue whose primary shard elects another primary in the middle of it. */
class DdlFailoverTest {
    private static final String COORDINATORS = "config.system.sharding_ddl_coordinators";

    private static Cluster cluster(ServerVersion version) {
        ManualClock clock = new ManualClock();
        SimulatedCluster simulated =
                SimulatedCluster.builder()
                        .version(version)
                        .clock(clock)
                        .members(3)
                        .noopInterval(Duration.ZERO)
                        .manualTicks()
                        .start();
        Cluster cluster = new Cluster(simulated, clock).withOrders();
        cluster.insert(1, 1);
        cluster.insert(2, 150);
        cluster.run("shop", "{insert: 'plain', documents: [{_id: 1}]}");
        return cluster;
    }

    private static SimulatedReplicaSet primaryShard(Cluster cluster) {
        return cluster.simulated.shards().get("shard0");
    }

    private static void elect(SimulatedReplicaSet set) {
        set.elect(
                set.members().stream()
                        .filter(member -> !member.isPrimary())
                        .findFirst()
                        .orElseThrow());
    }

    /** Elects once before each step of the operation in turn, each time in a cluster of its own. */
    private static void electEverywhere(
            Function<SimulatedCluster, Stepwise> operation, Consumer<Cluster> outcome) {
        int steps = 1;
        for (int at = 0; at < steps; at++) {
            try (Cluster cluster = cluster(ServerVersion.V5_0)) {
                Stepwise running = operation.apply(cluster.simulated);
                for (int i = 0; i < at; i++) {
                    running.step();
                }
                if (running.isDone()) {
                    return;
                }
                steps++;
                elect(primaryShard(cluster));
                running.finish();
                outcome.accept(cluster);
                assertThat(coordinators(cluster)).as("elected before step %d", at).isEmpty();
                assertThat(cluster.simulated.oracle().inFlightAt(cluster.now())).isEmpty();
            }
        }
    }

    private static List<?> coordinators(Cluster cluster) {
        return primaryShard(cluster)
                .primary()
                .find(COORDINATORS, new BsonDocument(), Optional.empty());
    }

    private static List<String> changelog(Cluster cluster) {
        List<String> lines = new ArrayList<>();
        cluster.simulated
                .config()
                .primary()
                .find("config.changelog", new BsonDocument(), Optional.empty())
                .forEach(line -> lines.add(line.getString("what").getValue()));
        return lines;
    }

    @Test
    void aDropIsTakenToItsEndByTheNewPrimary() {
        electEverywhere(
                cluster -> cluster.dropCollection("shop.orders"),
                cluster -> {
                    assertThat(cluster.simulated.oracle().namespaces(cluster.now()))
                            .containsExactly("shop.plain");
                    assertThat(changelog(cluster))
                            .contains("dropCollection.start", "dropCollection");
                    cluster.insert(1, 1);
                    assertThat(cluster.find("shop.orders")).hasSize(1);
                });
    }

    @Test
    void aRenameIsTakenToItsEndByTheNewPrimary() {
        electEverywhere(
                cluster -> cluster.renameCollection("shop.orders", "shop.plain", true),
                cluster -> {
                    assertThat(cluster.simulated.oracle().namespaces(cluster.now()))
                            .containsExactly("shop.plain");
                    assertThat(cluster.find("shop.plain"))
                            .isEqualTo(cluster.oracle("shop.plain", cluster.now()))
                            .hasSize(2);
                });
    }

    @Test
    void aDropOfADatabaseIsTakenToItsEndByTheNewPrimary() {
        electEverywhere(
                cluster -> cluster.dropDatabase("shop"),
                cluster ->
                        assertThat(cluster.simulated.oracle().namespaces(cluster.now())).isEmpty());
    }

    @Test
    void linesOfTheChangelogComeTwiceWhereThePhaseIsTakenAgain() {
        try (Cluster cluster = cluster(ServerVersion.V5_0)) {
            Stepwise drop = cluster.simulated.dropCollection("shop.orders");
            drop.advanceTo("block");
            elect(primaryShard(cluster));
            drop.finish();
            assertThat(changelog(cluster)).filteredOn("dropCollection.start"::equals).hasSize(2);
            assertThat(changelog(cluster)).filteredOn("dropCollection"::equals).hasSize(1);
        }
    }

    @Test
    void nothingHappensWhereTheCoordinatorsDocumentWasRolledBack() {
        try (Cluster cluster = cluster(ServerVersion.V5_0)) {
            SimulatedReplicaSet shard = primaryShard(cluster);
            BsonTimestamp before = cluster.now();
            Stepwise drop = cluster.simulated.dropCollection("shop.orders");
            List<SimulatedMember> followers =
                    shard.members().stream().filter(member -> !member.isPrimary()).toList();
            followers.forEach(SimulatedMember::pauseReplication);
            drop.advanceTo("log dropCollection.start");
            shard.elect(followers.get(0));
            followers.get(1).resumeReplication();
            drop.finish();
            assertThat(coordinators(cluster)).isEmpty();
            assertThat(cluster.find("shop.orders"))
                    .isEqualTo(cluster.oracle("shop.orders", before))
                    .hasSize(2);
            assertThat(changelog(cluster)).doesNotContain("dropCollection.start");
            assertThat(cluster.simulated.oracle().inFlightAt(cluster.now())).isEmpty();
        }
    }

    @Test
    void aMoveOfThePrimaryIsGivenUpWithoutATrace() {
        for (ServerVersion version : List.of(ServerVersion.V5_0, ServerVersion.V8_0)) {
            try (Cluster cluster = cluster(version)) {
                MovePrimary move = cluster.simulated.movePrimary("shop", "shard2");
                move.advanceTo("commit");
                move.abort("the operator has changed his mind");
                move.finish();
                assertThat(changelog(cluster))
                        .contains("movePrimary.error")
                        .doesNotContain("movePrimary.commit");
                assertThat(cluster.find("shop.plain"))
                        .isEqualTo(cluster.oracle("shop.plain", cluster.now()))
                        .hasSize(1);
                assertThatThrownBy(() -> move.abort("once more")).isInstanceOf(ServerError.class);
                cluster.simulated.movePrimary("shop", "shard2").finish();
                assertThat(cluster.find("shop.plain")).hasSize(1);
                assertThat(changelog(cluster)).contains("movePrimary.commit");
            }
        }
    }
}
