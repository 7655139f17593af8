package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.Chunk;
import io.tidemark.embedded.mongo.sharding.RangeDeletion;
import io.tidemark.embedded.mongo.sharding.ShardedCollection;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A shard that was removed and came back while nobody recorded the config servers: only the
 * documents of {@code config.shards} in a later base tell of it.
 */
final class ShardThatCameBackTest {
    private static final String SHARD = "shard2";
    @TempDir Path folder;

    @Test
    void isNotLeftOutOfARestoreBehindTheGap() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 3);
                TestArchive archive = new TestArchive(folder)) {
            SimulatedCluster cluster = workload.cluster;
            workload.run(40);
            remove(cluster);
            workload.run(10);
            int lastKnown = cluster.config().oplog().size();
            cluster.addShardAgain(SHARD);
            moveAll(cluster, "shop.orders", SHARD);
            workload.run(0);
            int behind = cluster.config().oplog().size() - 1;
            workload.run(0);
            workload.run(0);
            archive(workload, archive, lastKnown, behind);
            ClusterTime time = latestSafe(archive);
            assertThat(
                            time.isAfter(
                                    ClusterWorkload.entries(cluster.config())
                                            .get(behind)
                                            .clusterTime()))
                    .isTrue();

            Map<String, MemoryRestoreTarget> targets = new TreeMap<>();
            RestoreRequest request = request(archive, time);

            assertThat(cluster.routing().collection("shop.orders").orElseThrow().shards())
                    .containsExactly(SHARD);
            assertThatThrownBy(
                            () ->
                                    Restore.run(
                                            request,
                                            RestoreProgress.silent(),
                                            (name, o) ->
                                                    targets.computeIfAbsent(
                                                            name,
                                                            n ->
                                                                    new MemoryRestoreTarget(
                                                                            n + ":1"))))
                    .isInstanceOf(RestoreException.ArchiveDamaged.class)
                    .hasMessageContaining("the cluster has shard 'shard2' on replica set rs2")
                    .hasMessageContaining("joined in a gap of the config servers' oplog");
            assertThat(targets.values()).allMatch(t -> t.data().collections().isEmpty());
        }
    }

    private static void remove(SimulatedCluster cluster) {
        for (ShardedCollection collection : cluster.routing().collections().values()) {
            moveAll(cluster, collection.namespace(), "shard0");
        }
        String state = "";
        while (!state.equals("completed")) {
            state = cluster.removeShard(SHARD).getString("state").getValue();
        }
    }

    private static void moveAll(SimulatedCluster cluster, String namespace, String to) {
        for (Chunk chunk : cluster.routing().collection(namespace).orElseThrow().chunks()) {
            if (!chunk.shard().equals(to)) {
                cluster.moveChunk(namespace, chunk.min(), to).finish();
                cluster.rangeDeletions().forEach(RangeDeletion::finish);
            }
        }
    }

    /** Everything but the config servers' oplog between two of its entries; a base behind that. */
    private static void archive(
            ClusterWorkload workload, TestArchive archive, int lastKnown, int behind) {
        for (SimulatedReplicaSet set : workload.cluster.shards().values()) {
            archive.slices(
                    set.name(),
                    workload.roleOf(set),
                    ClusterTime.ZERO,
                    ClusterWorkload.entries(set));
        }
        SimulatedReplicaSet config = workload.cluster.config();
        List<OplogEntry> all = ClusterWorkload.entries(config);
        Gap gap =
                new Gap(
                        all.get(lastKnown - 1).clusterTime(),
                        all.get(behind).clusterTime().previous(),
                        "the oplog rolled over");
        ReplicaSetRole role = ReplicaSetRole.CONFIG_SERVER;
        archive.slices(config.name(), role, ClusterTime.ZERO, all.subList(0, lastKnown));
        archive.slices(config.name(), role, gap.through(), all.subList(behind, all.size()));
        new GapObject(
                        TestArchive.CLUSTER,
                        Incarnation.UNKNOWN,
                        new ReplicaSet(config.name()),
                        gap,
                        Optional.empty())
                .putTo(archive.store());
        new FuzzyBases(new Random(1), config, all, behind, behind)
                .write(archive.store(), "behind", role, true);
    }

    private static ClusterTime latestSafe(TestArchive archive) {
        return archive.timeline().windows(Policy.EXACT).windows().stream()
                .map(window -> window.latest())
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private static RestoreRequest request(TestArchive archive, ClusterTime time) {
        RestoreRequest any =
                new RestoreRequest(archive.store(), TestArchive.CLUSTER, time, Map.of());
        Map<String, String> names = new HashMap<>();
        for (ReplicaSetPlan set : Restore.prepare(any).plan().replicaSets()) {
            names.put(set.replicaSet().name(), set.replicaSet().name());
        }
        return new RestoreRequest(archive.store(), TestArchive.CLUSTER, time, names);
    }
}
