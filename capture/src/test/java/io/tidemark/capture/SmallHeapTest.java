package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.base.SnapshotManifest;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.FileObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A quarter of a GiB is enough, however fast the shards write and however large the entries. */
class SmallHeapTest {
    @TempDir static Path directory;

    @Test
    void aBacklogOfSmallAndGreatestEntriesOfThreeSetsPassesThroughASmallHeap() throws Exception {
        passesThroughASmallHeap(2, 5);
    }

    /**
     * Each set alone would fit; what all ask for at once is several times the heap. And meanwhile
     * all of them are scanned for a base, documents of 16 MiB too.
     */
    @Test
    void greatestEntriesOfSixShardsPassThroughASmallHeapBesideASnapshot() throws Exception {
        passesThroughASmallHeap(6, 2);
    }

    private static void passesThroughASmallHeap(int shards, int rounds) throws Exception {
        String cluster = "small" + shards;
        List<SimulatedReplicaSet> sets = new ArrayList<>();
        try (Platform platform = new Platform(directory.resolve(cluster));
                SimulatedReplicaSet config = set("cfg", true)) {
            for (int i = 0; i < shards; i++) {
                SimulatedReplicaSet shard = set("rs" + i, false);
                sets.add(shard);
                fill(shard, rounds);
                BsonDocument line =
                        new BsonDocument("_id", new BsonString(shard.name()))
                                .append("host", new BsonString(shard.connectionString()));
                config.primary().insert("config.shards", List.of(line), WriteContext.plain());
            }
            boolean snapshot = shards > 3;
            Map<String, String> settings = platform.settings(cluster, config.uri());
            Path bucket = directory.resolve("bucket-" + cluster);
            if (snapshot) {
                settings.put("bucket", "file:" + bucket);
                settings.put("snapshot.schedule", "none");
                // What is asked for before the agent listens waits for it, however long.
                settings.put("operation.command.age", "10m");
            }
            try (ForkedJvm agent =
                    platform.smallAgent(settings, Map.of(), directory.resolve(cluster + ".log"))) {
                agent.awaitReady(Duration.ofMinutes(3));
                if (snapshot) {
                    platform.askForSnapshot(cluster);
                }
                for (SimulatedReplicaSet shard : sets) {
                    platform.awaitSame(cluster, shard, agent::requireAlive);
                }
                if (snapshot) {
                    awaitSnapshot(bucket, cluster, shards + 1, agent);
                    sets.forEach(shard -> fill(shard, 1, 5));
                    for (SimulatedReplicaSet shard : sets) {
                        platform.awaitSame(cluster, shard, agent::requireAlive);
                    }
                }
                agent.requireAlive();
            }
        } finally {
            sets.forEach(SimulatedReplicaSet::close);
        }
    }

    /** Every replica set's base is there, the greatest documents in it. */
    private static void awaitSnapshot(Path bucket, String cluster, int sets, ForkedJvm agent) {
        try (FileObjectStore store = new FileObjectStore(bucket)) {
            Catalogue catalogue = new Catalogue(store, new ClusterName(cluster));
            await().atMost(Duration.ofMinutes(10))
                    .until(
                            () -> {
                                agent.requireAlive();
                                return catalogue.bases().size() == sets;
                            });
            long bytes =
                    catalogue
                            .bases(manifest -> SnapshotManifest.Member.of(manifest).rawBytes())
                            .stream()
                            .mapToLong(Long::longValue)
                            .sum();
            assertThat(bytes).isGreaterThan((sets - 1) * 32L << 20);
        }
    }

    private static SimulatedReplicaSet set(String name, boolean configServer) {
        return SimulatedReplicaSet.builder(name)
                .configServer(configServer)
                .newestOnly()
                .members(1)
                .start();
    }

    private static void fill(SimulatedReplicaSet set, int rounds) {
        fill(set, rounds, 0);
    }

    private static void fill(SimulatedReplicaSet set, int rounds, int first) {
        byte[] greatest = new byte[16 * 1024 * 1024 - 22];
        new java.util.Random(3).nextBytes(greatest);
        for (int round = first; round < first + rounds; round++) {
            List<BsonDocument> small = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                small.add(
                        new BsonDocument("_id", new BsonInt32(round * 10_000 + i))
                                .append("b", new BsonBinary(new byte[500])));
            }
            set.primary().insert("shop.orders", small, WriteContext.plain());
            BsonDocument large =
                    new BsonDocument("_id", new BsonInt32(round))
                            .append("b", new BsonBinary(greatest));
            set.primary().insert("shop.scans", List.of(large), WriteContext.plain());
        }
    }
}
