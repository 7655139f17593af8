package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.capture.CaptureConfig;
import io.tidemark.capture.SnapshotOperations;
import io.tidemark.capture.schedule.SnapshotWishes;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.schemas.model.ClusterTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonDocument;

/**
 * Bases that something that happened to a cluster asks for. Agents whose clocks are two minutes
 * ahead need not wait until what belongs together is over, nor for the least distance of two bases.
 */
final class AskedBases implements AutoCloseable {
    private static final Duration AHEAD = Duration.ofMinutes(2);
    private static final Duration LONG = Duration.ofMinutes(6);
    private final BackedUpCluster cluster;
    private final Map<String, String> settings;
    private final SnapshotOperations asked;

    AskedBases(BackedUpCluster cluster) {
        this.cluster = cluster;
        this.settings = cluster.settings();
        settings.put("snapshot.schedule", BackedUpCluster.SCHEDULE);
        settings.put("snapshot.least.distance", "1m");
        this.asked = SnapshotOperations.of(CaptureConfig.of(settings), "asked");
    }

    /**
     * Does something, waits until it is an event, and lets an agent run.
     *
     * @param kind of the event
     * @return the replica sets of the base that came of it
     */
    Set<String> after(String kind, Runnable change) throws Exception {
        assertThat(wish()).as("before: %s", kind).isEmpty();
        // A shard that leaves before somebody has taken it over from the last agent ahead would
        // be given five minutes to say more.
        cluster.awaitArchived(ClusterTime.of(cluster.source.noopEverywhere()));
        change.run();
        ClusterTime changed = ClusterTime.of(cluster.source.noopEverywhere());
        SnapshotWishes.Wish wish =
                await().atMost(LONG).until(this::wish, Optional::isPresent).orElseThrow();
        assertThat(wish.name()).startsWith("after-" + kind + "-");
        assertThat(Long.parseLong(wish.name().split("-")[2]))
                .isBetween(changed.seconds() - 60, changed.seconds());
        assertThat(wish.since()).isBetween(changed.toInstant(), later());
        return taken(kind);
    }

    /** As after {@link #after}, where what happened is known already. */
    Set<String> taken(String kind) throws Exception {
        JsonNode operation;
        try (AutoCloseable agent =
                cluster.startAgent("ahead", settings, Clock.offset(Clock.systemUTC(), AHEAD))) {
            operation = cluster.awaitOperation("after-" + kind + "-");
        }
        assertThat(operation.get("phase").asText()).as(operation.toString()).isEqualTo("done");
        assertThat(cluster.snapshotsInBucket()).contains(operation.get("id").asText());
        assertThat(wish()).as("after the base: %s", operation).isEmpty();
        Set<String> replicaSets = new TreeSet<>();
        operation.get("replicaSets").fieldNames().forEachRemaining(replicaSets::add);
        return replicaSets;
    }

    /** What asks for a base now, after the least distance and all the rest has passed. */
    private Optional<SnapshotWishes.Wish> wish() {
        return asked.operations().wishes().orElseThrow().at(later()).stream()
                .filter(wish -> wish.name().startsWith("after-"))
                .findFirst();
    }

    private static Instant later() {
        return Instant.now().plus(Duration.ofHours(1));
    }

    /** Takes a shard that holds nothing out. */
    static void drain(BackedUpCluster from, String shard) {
        String state;
        do {
            state = from.source.removeShard(shard).getString("state").getValue();
        } while (!state.equals("completed"));
    }

    /** Gives a small collection another shard key. */
    static void reshard(BackedUpCluster of) {
        SimulatedCluster source = of.source;
        source.createDatabase("anew", "shard0");
        source.shardCollection("anew.items", BsonDocument.parse("{k: 1}"));
        source.router()
                .run(
                        "anew",
                        BsonDocument.parse(
                                "{insert: 'items', documents: [{_id: 1, k: 1, n: 9}, {_id: 2, k:"
                                        + " 5, n: 3}]}"));
        source.reshardCollection("anew.items", BsonDocument.parse("{n: 1}")).finish();
    }

    @Override
    public void close() {
        asked.close();
    }
}
