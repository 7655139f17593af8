package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

class RepeatableTest {
    @Test
    void theSameSeedWritesTheSameOplogs() {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        assertThat(oplogs(seed)).as("seed %d", seed).isEqualTo(oplogs(seed));
    }

    /** Digests of every log, ports aside: those are the system's choice. */
    private static Map<String, Integer> oplogs(long seed) {
        ManualClock clock = new ManualClock();
        try (SimulatedCluster cluster =
                SimulatedCluster.builder()
                        .seed(seed)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .manualTicks()
                        .start()) {
            Workload workload = new Workload(cluster, seed).prepare();
            for (int i = 0; i < 250; i++) {
                workload.step();
                clock.advance(Duration.ofMillis(300));
            }
            workload.settle();
            Map<String, Integer> digests = new TreeMap<>();
            for (SimulatedReplicaSet set : cluster.replicaSets().values()) {
                digests.put(
                        set.name(),
                        set.oplog().stream()
                                .map(RawBsonDocument::toJson)
                                .map(entry -> entry.replaceAll("127\\.0\\.0\\.1:\\d+", "host"))
                                .collect(Collectors.joining())
                                .hashCode());
            }
            return digests;
        }
    }
}
