package io.tidemark.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.sharding.ClusterEvent;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Workload;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.RawBsonDocument;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The lives of simulated clusters: what is called safe, against what the cluster knew of itself.
 */
class SimulatedClusterTest {
    private static final int SEEDS = 5;

    /** An entry that changes a catalogue. */
    private record Step(ClusterTime at, String text) {}

    private static final Set<String> TABLES =
            Set.of("config.collections", "config.chunks", "config.databases", "config.shards");

    /** A cut inside these is complete; a transaction is whole or absent by its commit timestamp. */
    private static final Set<String> WHOLE_IN_A_CUT = Set.of("moveChunk", "transaction");

    @ParameterizedTest
    @EnumSource
    void noSafeTimeLiesInsideAnOperation(ServerVersion version) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            System.out.println(version + " seed " + seed);
            SteppedClock clock = SteppedClock.at(1_700_000_000);
            try (SimulatedCluster cluster = start(version, seed, clock)) {
                live(cluster, seed, clock);
                TimelineFold fold = fold(cluster);
                RestoreWindows exact = fold.windows(Policy.EXACT);
                String where = version + " seed " + seed;
                List<Step> steps = steps(cluster);
                for (ClusterTime time : times(cluster, exact.watermark())) {
                    List<ClusterEvent> inFlight = inFlight(cluster, time);
                    if (exact.isSafe(time)) {
                        assertThat(inFlight)
                                .as(where + " at " + time + " is called safe")
                                .noneMatch(event -> isHalfDone(event, time, steps));
                    } else {
                        assertThat(inFlight)
                                .as(where + " at " + time + ": " + exact.explain(time).reasons())
                                .isNotEmpty();
                    }
                }
                movesAgree(cluster, fold, where);
            }
        }
    }

    private static SimulatedCluster start(ServerVersion version, long seed, SteppedClock clock) {
        return SimulatedCluster.builder()
                .seed(seed)
                .version(version)
                .members(1)
                .clock(clock)
                .noopInterval(Duration.ZERO)
                .manualTicks()
                .start();
    }

    private static void live(SimulatedCluster cluster, long seed, SteppedClock clock) {
        Workload workload = new Workload(cluster, seed).prepare();
        for (int i = 0; i < 400; i++) {
            workload.step();
            if (i % 3 == 0) {
                clock.advance(Duration.ofSeconds(5));
            }
        }
        workload.settle();
        clock.advance(Duration.ofSeconds(60));
        cluster.noopEverywhere();
    }

    private static TimelineFold fold(SimulatedCluster cluster) {
        ReplicaSet config = new ReplicaSet(cluster.config().name());
        TimelineFold fold = TimelineFold.of(config, List.of());
        for (SimulatedReplicaSet member : cluster.replicaSets().values()) {
            ReplicaSet set = new ReplicaSet(member.name());
            fold.started(set, ClusterTime.ZERO);
            for (RawBsonDocument entry : member.oplog()) {
                OplogEntry read = OplogEntry.of(Doc.of(entry));
                fold.accept(set, read);
                fold.archived(set, read.clusterTime());
            }
        }
        return fold;
    }

    /** Every entry's time, from the config servers' first one on. */
    private static List<ClusterTime> times(SimulatedCluster cluster, ClusterTime last) {
        List<ClusterTime> times = new ArrayList<>();
        for (SimulatedReplicaSet member : cluster.replicaSets().values()) {
            member.oplog().forEach(entry -> times.add(ClusterTime.of(entry.getTimestamp("ts"))));
        }
        ClusterTime first = ClusterTime.of(cluster.config().oplog().get(0).getTimestamp("ts"));
        assertThat(last).isGreaterThan(first);
        return times.stream().filter(time -> time.isAfter(first) && !time.isAfter(last)).toList();
    }

    /**
     * The entries that change catalogues: commands on user databases, the config servers' tables.
     */
    private static List<Step> steps(SimulatedCluster cluster) {
        List<Step> steps = new ArrayList<>();
        for (SimulatedReplicaSet member : cluster.replicaSets().values()) {
            boolean config = member.name().equals(cluster.config().name());
            for (RawBsonDocument entry : member.oplog()) {
                String ns = entry.getString("ns").getValue();
                boolean command = entry.getString("op").getValue().equals("c");
                boolean step =
                        config
                                ? TABLES.contains(ns) || command && ns.equals("admin.$cmd")
                                : command && !ns.startsWith("admin.") && !ns.startsWith("config.");
                if (step) {
                    ClusterTime at = ClusterTime.of(entry.getTimestamp("ts"));
                    steps.add(new Step(at, entry.toJson()));
                }
            }
        }
        return steps;
    }

    /** True if some of its steps are in a cut at that time and some are not. */
    private static boolean isHalfDone(ClusterEvent event, ClusterTime time, List<Step> steps) {
        ClusterTime from = ClusterTime.of(event.from());
        ClusterTime through =
                event.through() == null ? ClusterTime.MAX : ClusterTime.of(event.through());
        String name = event.subject().substring(event.subject().indexOf('.') + 1);
        List<ClusterTime> own =
                steps.stream()
                        .filter(
                                step ->
                                        step.text().contains('"' + name + '"')
                                                || step.text().contains(event.subject()))
                        .map(Step::at)
                        .filter(at -> at.isAfter(from) && !at.isAfter(through))
                        .toList();
        return own.stream().anyMatch(s -> !s.isAfter(time))
                && own.stream().anyMatch(s -> s.isAfter(time));
    }

    private static List<ClusterEvent> inFlight(SimulatedCluster cluster, ClusterTime time) {
        return cluster.oracle().inFlightAt(time.toBson()).stream()
                .filter(event -> !WHOLE_IN_A_CUT.contains(event.kind()))
                .toList();
    }

    private static void movesAgree(SimulatedCluster cluster, TimelineFold fold, String where) {
        long begun =
                cluster.oracle().events().stream()
                        .filter(event -> event.kind().equals("moveChunk"))
                        .count();
        List<Outcome> told =
                fold.events().stream()
                        .filter(event -> event.kind() == EventKind.MOVE_CHUNK)
                        .map(event -> event.outcome())
                        .toList();
        assertThat(told).as(where).hasSize((int) begun);
        assertThat(told).as(where).doesNotContain(Outcome.OPEN, Outcome.UNKNOWN);
    }
}
