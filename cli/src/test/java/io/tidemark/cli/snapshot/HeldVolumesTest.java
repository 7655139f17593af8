package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.restore.ExternalBase;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.InMemoryObjectStore;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.RawBsonDocument;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Targets that hold what a snapshot of the source's volumes would: the same collections under the
 * same UUIDs, and the same oplog. They are a second cluster of the same seed and clock, in which
 * the same was done up to that moment.
 */
final class HeldVolumesTest {
    @ParameterizedTest
    @EnumSource(names = {"V5_0", "V8_0"})
    void everyKindGoesOnThereUnderItsUuidsTimeSeriesToo(ServerVersion version) throws Exception {
        try (LivingCluster source = EveryKindTest.source(version);
                LivingCluster volumes = EveryKindTest.source(version);
                InMemoryObjectStore bucket = new InMemoryObjectStore()) {
            BsonArray shards = Volumes.shardsOf(source.cluster.config());
            live(source, version, shards);
            live(volumes, version, shards);
            requireCopies(source.cluster, volumes.cluster);
            source.clock.advance(Duration.ofSeconds(1));
            try (MongoClient client = EveryKindTest.client(source.cluster.shards().get("shard0"))) {
                EveryKind kinds = new EveryKind(client);
                kinds.change();
                kinds.changeSeries();
                kinds.measure();
            }
            source.clock.advance(Duration.ofSeconds(20));
            ClusterTime to = ClusterTime.of(source.cluster.noopEverywhere());
            new Oplogs(source, bucket).archive();

            RestoreReport report =
                    Restore.run(
                            EveryKindTest.request(bucket, to, uris(volumes.cluster))
                                    .over(ExternalBase.TOLD_BY_OPLOGS),
                            RestoreProgress.silent());

            assertThat(report.problems()).isEmpty();
            requireSame(source.cluster, volumes.cluster);
        }
    }

    /** On a volume {@code config.shards} names the source's hosts. */
    private static void live(LivingCluster cluster, ServerVersion version, BsonArray shards) {
        EveryKindTest.fill(cluster, version);
        Volumes.putShards(cluster.cluster.config(), shards);
        cluster.clock.advance(Duration.ofSeconds(20));
        cluster.cluster.noopEverywhere();
    }

    /** Or this test shows nothing. */
    private static void requireCopies(SimulatedCluster source, SimulatedCluster volumes) {
        for (String name : source.replicaSets().keySet()) {
            SimulatedReplicaSet set = source.replicaSets().get(name);
            SimulatedReplicaSet copy = volumes.replicaSets().get(name);
            assertThat(uuids(copy)).as(name).isEqualTo(uuids(set));
            assertThat(last(copy)).as(name).isEqualTo(last(set));
        }
        assertThat(uuids(source.shards().get("shard0"))).containsKey("kinds.system.buckets.series");
    }

    private static void requireSame(SimulatedCluster source, SimulatedCluster volumes) {
        for (String shard : source.shards().keySet()) {
            SimulatedReplicaSet set = source.shards().get(shard);
            SimulatedReplicaSet restored = volumes.shards().get(shard);
            EveryKindTest.requireSame(set, restored);
            assertThat(uuids(restored)).as(shard).isEqualTo(uuids(set));
        }
    }

    private static String last(SimulatedReplicaSet set) {
        RawBsonDocument entry = set.oplog().get(set.oplog().size() - 1);
        return entry.toJson();
    }

    private static Map<String, UUID> uuids(SimulatedReplicaSet set) {
        Map<String, UUID> uuids = new TreeMap<>();
        for (CollectionDescription each : set.primary().collections()) {
            boolean users =
                    each.database().equals(EveryKind.DATABASE) || each.database().equals("sharded");
            if (users && !each.collection().equals("system.views")) {
                uuids.put(each.namespace(), each.uuid());
            }
        }
        return uuids;
    }

    private static Map<String, String> uris(SimulatedCluster cluster) {
        Map<String, String> uris = new TreeMap<>();
        cluster.replicaSets().forEach((name, set) -> uris.put(name, set.uri()));
        return uris;
    }
}
