package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {
    @ParameterizedTest
    @CsvSource({"V4_4, 1", "V5_0, 1", "V8_0, 1", "V5_0, 3", "V8_0, 3"})
    void shardsAndOracleAgreeAtEveryTime(ServerVersion version, int members) {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        ManualClock clock = new ManualClock();
        try (SimulatedCluster simulated =
                SimulatedCluster.builder()
                        .seed(seed)
                        .version(version)
                        .members(members)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .manualTicks()
                        .start()) {
            Cluster cluster = new Cluster(simulated, clock);
            Workload workload = new Workload(simulated, seed).prepare();
            List<BsonTimestamp> times = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                workload.step();
                if (i % 7 == 0) {
                    clock.advance(Duration.ofSeconds(1));
                }
                if (i % 5 == 0) {
                    times.add(cluster.now());
                }
            }
            workload.settle();
            times.add(cluster.now());
            for (BsonTimestamp time : times) {
                check(cluster, workload, time, seed);
            }
            for (String namespace : simulated.oracle().namespaces(cluster.now())) {
                assertSame(
                        cluster.find(namespace),
                        cluster.oracle(namespace, cluster.now()),
                        "seed " + seed + ": " + namespace);
            }
            assertThat(simulated.oracle().events().stream().map(ClusterEvent::kind))
                    .as("seed %d", seed)
                    .contains("transaction", "moveChunk");
        }
    }

    private static void check(Cluster cluster, Workload workload, BsonTimestamp time, long seed) {
        ClusterOracle oracle = cluster.simulated.oracle();
        List<String> between =
                oracle.inFlightAt(time).stream()
                        .filter(
                                event ->
                                        !event.kind().equals("moveChunk")
                                                && !event.kind().equals("transaction"))
                        .map(ClusterEvent::subject)
                        .toList();
        for (String namespace : oracle.namespaces(time)) {
            if (!between.contains(namespace)) {
                assertSame(
                        cluster.owned(namespace, time),
                        cluster.oracle(namespace, time),
                        "seed " + seed + ": " + namespace + " at " + time);
            }
        }
        long sum =
                oracle.documents("bank.accounts", time).stream()
                        .mapToLong(account -> account.getInt32("balance").getValue())
                        .sum();
        assertThat(sum).as("seed %d at %s", seed, time).isEqualTo(workload.balanceOfAllAccounts());
    }

    /** Names what differs instead of printing both lists. */
    private static void assertSame(List<String> held, List<String> wanted, String where) {
        List<String> tooMany = new ArrayList<>(held);
        wanted.forEach(tooMany::remove);
        List<String> missing = new ArrayList<>(wanted);
        held.forEach(missing::remove);
        assertThat(tooMany).as("too many, " + where).isEmpty();
        assertThat(missing).as("missing, " + where).isEmpty();
    }
}
