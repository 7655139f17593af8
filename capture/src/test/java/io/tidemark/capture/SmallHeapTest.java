package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
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
        try (Platform platform = new Platform(directory);
                SimulatedReplicaSet config = set("cfg", true);
                SimulatedReplicaSet rs0 = set("rs0", false);
                SimulatedReplicaSet rs1 = set("rs1", false)) {
            for (SimulatedReplicaSet shard : List.of(rs0, rs1)) {
                fill(shard);
                BsonDocument line =
                        new BsonDocument("_id", new BsonString(shard.name()))
                                .append("host", new BsonString(shard.connectionString()));
                config.primary().insert("config.shards", List.of(line), WriteContext.plain());
            }
            Map<String, String> environment = new TreeMap<>();
            platform.settings("small", config.uri())
                    .forEach((k, v) -> environment.put(Platform.variable(k), v));
            try (ForkedJvm agent =
                    ForkedJvm.start(
                            CaptureMain.class,
                            List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                            List.of(),
                            environment,
                            "Tailing the oplog",
                            directory.resolve("agent.log"))) {
                agent.awaitReady(Duration.ofSeconds(60));
                platform.awaitSame("small", rs0);
                platform.awaitSame("small", rs1);
                assertThat(agent.isAlive()).isTrue();
            }
        }
    }

    private static SimulatedReplicaSet set(String name, boolean configServer) {
        return SimulatedReplicaSet.builder(name)
                .configServer(configServer)
                .newestOnly()
                .members(1)
                .start();
    }

    private static void fill(SimulatedReplicaSet set) {
        byte[] greatest = new byte[16 * 1024 * 1024 - 22];
        new java.util.Random(3).nextBytes(greatest);
        for (int round = 0; round < 5; round++) {
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
