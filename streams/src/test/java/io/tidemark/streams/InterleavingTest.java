package io.tidemark.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Workload;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.timeline.event.TopologyEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.RawBsonDocument;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Late, repeated and reordered input between partitions gives the same topics. */
class InterleavingTest {
    private static final int SEEDS = 3;

    private record Told(List<TopologyEvent> events, Map<String, WindowsRecord> windows) {}

    @ParameterizedTest
    @EnumSource
    void theOrderBetweenPartitionsDoesNotMatter(ServerVersion version) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            System.out.println(version + " seed " + seed);
            List<Oplog> oplogs = live(version, seed);
            Told inTurn = inTurn(oplogs);
            assertThat(inTurn.events()).hasSizeGreaterThan(10);
            assertSame(mixed(oplogs, new Random(seed)), inTurn, version + " seed " + seed);
        }
    }

    /** One by one: a difference shows as itself. */
    private static void assertSame(Told actual, Told expected, String where) {
        for (int i = 0; i < Math.min(actual.events().size(), expected.events().size()); i++) {
            assertThat(actual.events().get(i)).as(where).isEqualTo(expected.events().get(i));
        }
        assertThat(actual.events()).as(where).hasSameSizeAs(expected.events());
        java.util.Set<String> more = new java.util.TreeSet<>(actual.windows().keySet());
        more.removeAll(expected.windows().keySet());
        java.util.Set<String> less = new java.util.TreeSet<>(expected.windows().keySet());
        less.removeAll(actual.windows().keySet());
        assertThat(more + " instead of " + less).as(where).isEqualTo("[] instead of []");
        expected.windows()
                .forEach(
                        (key, part) ->
                                assertThat(actual.windows().get(key)).as(where).isEqualTo(part));
    }

    private static Told inTurn(List<Oplog> oplogs) {
        try (Driven driven = new Driven()) {
            driven.all(oplogs.toArray(Oplog[]::new));
            return new Told(driven.told(), Map.copyOf(driven.parts()));
        }
    }

    private static Told mixed(List<Oplog> oplogs, Random random) {
        Map<String, String> settings =
                Map.of("snapshot.signals", "100", "windows.interval", "200ms");
        try (Driven driven = new Driven(settings)) {
            int[] next = new int[oplogs.size()];
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < next.length; i++) {
                left.add(i);
            }
            while (!left.isEmpty()) {
                int turn = left.get(random.nextInt(left.size()));
                Oplog oplog = oplogs.get(turn);
                // A few are repeated, as from a topic that was written again.
                int from = Math.max(0, next[turn] - random.nextInt(3));
                int to = Math.min(oplog.records().size(), next[turn] + 1 + random.nextInt(20));
                for (OplogRecord record : oplog.records().subList(from, to)) {
                    driven.give(oplog.replicaSet(), record);
                }
                driven.archived(
                        oplog.replicaSet(), OplogRecords.clusterTime(oplog.records().get(to - 1)));
                next[turn] = to;
                if (to == oplog.records().size()) {
                    left.remove((Integer) turn);
                }
                if (random.nextInt(4) == 0) {
                    driven.pass(Duration.ofMillis(random.nextInt(500)));
                }
            }
            driven.pass();
            return new Told(driven.told(), Map.copyOf(driven.parts()));
        }
    }

    /** The oplogs of a cluster that lived a while. */
    static List<Oplog> live(ServerVersion version, long seed) {
        SteppedClock clock = SteppedClock.at(1_700_000_000);
        try (SimulatedCluster cluster =
                SimulatedCluster.builder()
                        .seed(seed)
                        .version(version)
                        .members(1)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .manualTicks()
                        .start()) {
            Workload workload = new Workload(cluster, seed).prepare();
            for (int i = 0; i < 200; i++) {
                workload.step();
                if (i % 3 == 0) {
                    clock.advance(Duration.ofSeconds(5));
                }
            }
            workload.settle();
            clock.advance(Duration.ofSeconds(60));
            cluster.noopEverywhere();
            return cluster.replicaSets().values().stream()
                    .map(set -> oplog(set, set.name().equals(cluster.config().name())))
                    .toList();
        }
    }

    private static Oplog oplog(SimulatedReplicaSet set, boolean config) {
        Oplog oplog = new Oplog(set.name());
        if (config) {
            oplog.startsAsConfig(ClusterTime.ZERO);
        } else {
            oplog.startsAs(ReplicaSetRole.shard("shard-" + set.name()), ClusterTime.ZERO);
        }
        for (RawBsonDocument entry : set.oplog()) {
            oplog.entry(OplogEntry.of(Oplog.bytes(entry)));
        }
        return oplog;
    }
}
