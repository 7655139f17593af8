package io.tidemark.capture;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.process.ForkedJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    /** Each set alone would fit; what all ask for at once is several times the heap. */
    @Test
    void greatestEntriesOfSixShardsAtTheSameTimePassThroughASmallHeap() throws Exception {
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
            Map<String, String> environment = new TreeMap<>();
            platform.settings(cluster, config.uri())
                    .forEach((k, v) -> environment.put(Platform.variable(k), v));
            try (ForkedJvm agent =
                    ForkedJvm.start(
                            CaptureMain.class,
                            List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                            List.of(),
                            environment,
                            "Tailing the oplog",
                            directory.resolve(cluster + ".log"))) {
                agent.awaitReady(Duration.ofSeconds(60));
                for (SimulatedReplicaSet shard : sets) {
                    platform.awaitSame(cluster, shard, agent::requireAlive);
                }
                agent.requireAlive();
            }
        } finally {
            sets.forEach(SimulatedReplicaSet::close);
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
        byte[] greatest = new byte[16 * 1024 * 1024 - 22];
        new java.util.Random(3).nextBytes(greatest);
        for (int round = 0; round < rounds; round++) {
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
