package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.capture.publish.OplogTopics;
import io.tidemark.capture.tail.TailState;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several replica sets: shards that come and go, agents that share them. */
class ClusterCaptureTest {
    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir static Path directory;
    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = new Platform(directory);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    /** Config servers and shards whose ids differ from their replica sets' names. */
    private static final class Cluster implements AutoCloseable {
        final SimulatedReplicaSet config =
                SimulatedReplicaSet.builder("cfg").configServer(true).start();
        final List<SimulatedReplicaSet> shards = new ArrayList<>();

        SimulatedReplicaSet addShard(String name) {
            SimulatedReplicaSet shard = SimulatedReplicaSet.builder(name).start();
            shards.add(shard);
            BsonDocument line =
                    new BsonDocument("_id", new BsonString("shard-" + name))
                            .append("host", new BsonString(shard.connectionString()))
                            .append("state", new BsonInt32(1));
            config.primary().insert("config.shards", List.of(line), WriteContext.plain());
            return shard;
        }

        void removeShard(String name) {
            config.primary()
                    .delete(
                            "config.shards",
                            new BsonDocument("_id", new BsonString("shard-" + name)),
                            false,
                            WriteContext.plain());
        }

        @Override
        public void close() {
            shards.forEach(SimulatedReplicaSet::close);
            config.close();
        }
    }

    @Test
    void allShardsAndTheConfigServersAreCapturedAlsoThoseAddedLater() {
        try (Cluster cluster = new Cluster()) {
            Platform.insert(cluster.addShard("rs0"), 0, 100);
            Platform.insert(cluster.addShard("rs1"), 0, 100);
            Map<String, String> settings = platform.settings("grows", cluster.config.uri());
            try (CaptureAgent agent = platform.agent("a", settings)) {
                agent.start();
                platform.awaitSame("grows", cluster.config);
                platform.awaitSame("grows", cluster.shards.get(1));

                SimulatedReplicaSet added = cluster.addShard("rs2");
                Platform.insert(added, 0, 50);
                platform.awaitSame("grows", added);

                assertThat(role("grows", "cfg")).isEqualTo(ReplicaSetRole.CONFIG_SERVER);
                assertThat(role("grows", "rs2")).isEqualTo(ReplicaSetRole.shard("shard-rs2"));
                assertThat(platform.records("grows", "cfg"))
                        .filteredOn(r -> r.getKind() == RecordKind.START)
                        .first()
                        .satisfies(
                                start ->
                                        assertThat(OplogRecords.shards(start).orElseThrow())
                                                .extracting(shard -> shard.replicaSet().name())
                                                .containsExactly("rs0", "rs1"));
            }
        }
    }

    /** Its topic is there already when the agent asks again for what it owned. */
    @Test
    void aShardAddedWhileAnAgentWithAFixedIdentityWasAwayIsCaptured() {
        try (Cluster cluster = new Cluster()) {
            Platform.insert(cluster.addShard("rs0"), 0, 50);
            Map<String, String> settings = platform.settings("fixed", cluster.config.uri());
            settings.put("kafka.group.instance.id", "agent-1");
            settings.put("owner.session.timeout", "30s");
            try (CaptureAgent agent = platform.agent("a", settings)) {
                agent.start();
                platform.awaitSame("fixed", cluster.shards.get(0));
            }
            Platform.insert(cluster.addShard("rs1"), 0, 50);
            CaptureConfig config = CaptureConfig.of(settings);
            try (OplogTopics topics =
                    new OplogTopics(new TopicNames(config.cluster()), config.topics())) {
                topics.ensureOplog(new ReplicaSet("rs1"));
            }
            try (CaptureAgent agent = platform.agent("a", settings)) {
                agent.start();
                platform.awaitSame("fixed", cluster.shards.get(1));
                platform.awaitSame("fixed", cluster.shards.get(0));
            }
        }
    }

    private static ReplicaSetRole role(String cluster, String replicaSet) {
        return platform.records(cluster, replicaSet).stream()
                .filter(r -> r.getKind() == RecordKind.START)
                .flatMap(r -> OplogRecords.role(r).stream())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRemovedShardIsReadToItsEndAndItsTopicKept() {
        try (Cluster cluster = new Cluster()) {
            cluster.addShard("rs0");
            SimulatedReplicaSet leaving = cluster.addShard("rs1");
            ReplicaSet rs1 = new ReplicaSet("rs1");
            try (CaptureAgent agent =
                    platform.agent("a", platform.settings("shrinks", cluster.config.uri()))) {
                agent.start();
                await().atMost(PATIENCE).until(() -> agent.progress().containsKey(rs1));
                Platform.insert(leaving, 0, 500);
                cluster.removeShard("rs1");
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        agent.progress().get(rs1).state()
                                                instanceof TailState.Stopped);
                assertThat(agent.progress().get(rs1).state())
                        .isEqualTo(new TailState.Stopped("the shard left the cluster", true));
            }
            int captured = platform.entries("shrinks", "rs1").size();
            assertThat(captured).isGreaterThan(500);
            Platform.assertSame(
                    platform.entries("shrinks", "rs1"), leaving.oplog().subList(0, captured));
        }
    }

    @Test
    void agentsShareTheReplicaSetsAndTakeOverFromEachOther() {
        try (Cluster cluster = new Cluster()) {
            for (int i = 0; i < 3; i++) {
                Platform.insert(cluster.addShard("rs" + i), 0, 50);
            }
            Map<String, String> settings = platform.settings("shared", cluster.config.uri());
            try (CaptureAgent first = platform.agent("first", settings)) {
                first.start();
                await().atMost(PATIENCE).until(() -> first.progress().size() == 4);
                try (CaptureAgent second = platform.agent("second", settings)) {
                    second.start();
                    await().atMost(PATIENCE)
                            .until(
                                    () ->
                                            first.progress().size() == 2
                                                    && second.progress().size() == 2);
                    Set<ReplicaSet> all = new HashSet<>(first.progress().keySet());
                    all.addAll(second.progress().keySet());
                    assertThat(all).hasSize(4);
                    cluster.shards.forEach(shard -> Platform.insert(shard, 1000, 50));
                    cluster.shards.forEach(shard -> platform.awaitSame("shared", shard));
                }
                await().atMost(PATIENCE).until(() -> first.progress().size() == 4);
                cluster.shards.forEach(shard -> Platform.insert(shard, 2000, 50));
                cluster.shards.forEach(shard -> platform.awaitSame("shared", shard));
            }
        }
    }
}
