package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import io.tidemark.capture.control.OperationCommands;
import io.tidemark.capture.mongo.ConfigServers;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoOperationStates;
import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationPhase;
import io.tidemark.capture.operation.OperationState;
import io.tidemark.capture.operation.OperationStates;
import io.tidemark.capture.operation.ShareState;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.FileObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents as processes of one cluster, paused and killed in the middle of an operation. */
class OperationProcessesTest {
    private static final int KILLS = 2;
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    @TempDir static Path directory;
    private static Platform platform;
    private static SimulatedReplicaSet config;
    private static SimulatedReplicaSet shard;
    private static ConfigServers servers;
    private static OperationStates states;
    private final Map<String, ForkedJvm> agents = new TreeMap<>();
    private String cluster;
    private FileObjectStore bucket;

    @BeforeAll
    static void start() {
        platform = new Platform(directory);
        config = SimulatedReplicaSet.builder("cfg").configServer(true).members(3).start();
        shard = SimulatedReplicaSet.builder("rs0").members(2).hiddenMember(Map.of()).start();
        BsonDocument line =
                new BsonDocument("_id", new BsonString("shard0"))
                        .append("host", new BsonString(shard.connectionString()))
                        .append("state", new BsonInt32(1));
        config.primary().insert("config.shards", List.of(line), WriteContext.plain());
        SourceSet set =
                new SourceSet(
                        new ReplicaSet("cfg"),
                        Optional.empty(),
                        true,
                        config.members().stream().map(member -> member.address()).toList());
        servers =
                new ConfigServers(
                        new MongoAccess(new ConnectionString(config.uri()), Duration.ofSeconds(5)),
                        () -> Optional.of(set));
        states = new MongoOperationStates(servers);
    }

    @AfterEach
    void stopAgents() {
        agents.values().forEach(ForkedJvm::close);
    }

    @AfterAll
    static void stop() {
        servers.close();
        shard.close();
        config.close();
        platform.close();
    }

    @Test
    void anAgentThatWasPausedAndWakesWritesNothing() throws Exception {
        begin("paused");
        for (String name : List.of("a", "b", "c")) {
            startAgent(name);
        }
        OperationId id = ask("paused-1");
        await().atMost(LONG).until(() -> partsOf(id) >= 2);
        ShareState before = states.shares(id).get(RS0);
        ForkedJvm sleeper = agents.get(agentOf(before.owner()));

        sleeper.pause();
        await().atMost(LONG).until(() -> states.shares(id).get(RS0).token() > before.token());
        sleeper.resume();

        assertThat(end(id).phase()).isEqualTo(OperationPhase.DONE);
        // It is back: it takes part in the next operation, or at least hears of it.
        assertThat(end(ask("paused-2")).phase()).isEqualTo(OperationPhase.DONE);
        assertThat(sleeper.isAlive()).isTrue();
        requireFencedWriteNothing(id, before.token());
        requireWhole(id);
        ShareState after = states.shares(id).get(RS0);
        assertThat(after.facts().get("first"))
                .as("what the first owner remembered is kept")
                .isEqualTo(agentOf(before.owner()));
        assertThat(after.facts().get("member"))
                .as("a hidden member is preferred")
                .isEqualTo(hiddenMember());
    }

    @Test
    void agentsKilledAtAnyPointLeaveNothingHalfAndBlockNothing() throws Exception {
        long seed = Long.getLong("tidemark.seed", 20_261_121L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        begin("killed");
        for (String name : List.of("a", "b", "c")) {
            startAgent(name);
        }
        for (int kill = 0; kill < KILLS; kill++) {
            OperationId id = ask("killed-" + kill);
            await().atMost(LONG).until(() -> states.find(id).isPresent());
            Thread.sleep(random.nextInt(5000));
            String victim = List.copyOf(agents.keySet()).get(random.nextInt(agents.size()));
            agents.remove(victim).kill();
            startAgent(victim + kill);

            OperationState ended = end(id);

            assertThat(ended.phase()).as("%s: %s", id, ended.why()).isEqualTo(OperationPhase.DONE);
            requireWhole(id);
        }
    }

    private void begin(String name) {
        cluster = name;
        bucket = new FileObjectStore(directory.resolve("bucket-" + name));
    }

    private void startAgent(String name) throws InterruptedException {
        Map<String, String> settings = platform.settings(cluster, config.uri());
        settings.put("operation.stale.after", "3s");
        settings.put("operation.abandon.after", "90s");
        Map<String, String> environment = new TreeMap<>();
        settings.forEach((key, value) -> environment.put(Platform.variable(key), value));
        agents.put(
                name,
                ForkedJvm.start(
                        OperationProcess.class,
                        List.of("-Xmx256m"),
                        List.of(directory.resolve("bucket-" + cluster).toString(), name),
                        environment,
                        "Replica set found",
                        directory.resolve("agent-" + name + ".log")));
        agents.get(name).awaitReady(Duration.ofMinutes(2));
    }

    private OperationId ask(String id) {
        ControlCommand command =
                new ControlCommand(
                        new OperationId(id),
                        OperationKind.SNAPSHOT,
                        Map.of(),
                        System.currentTimeMillis());
        try (OperationCommands commands =
                new OperationCommands(
                        new TopicNames(new ClusterName(cluster)),
                        Map.of("bootstrap.servers", platform.kafka().bootstrapServers()),
                        platform.registry(),
                        "test")) {
            commands.begin(command);
        }
        return command.id();
    }

    /** Operations end by themselves when nothing moves for long. */
    private static OperationState end(OperationId id) {
        await().atMost(LONG).until(() -> states.find(id).map(s -> s.phase().isEnd()).orElse(false));
        return states.find(id).orElseThrow();
    }

    private long partsOf(OperationId id) {
        try (Stream<?> parts = bucket.list(id + "/rs0/", "")) {
            return parts.count();
        }
    }

    /** Nothing that its fence let pass after the next owner had begun. */
    private void requireFencedWriteNothing(OperationId id, long token) {
        long nextBegan = Long.MAX_VALUE;
        long lastPassed = 0;
        for (String key : keys(id + "/rs0/")) {
            String[] parts = key.split("/");
            if (parts.length < 4) {
                continue; // the manifest
            }
            long passed = passed(key);
            if (Long.parseLong(parts[2]) > token) {
                nextBegan = Math.min(nextBegan, passed);
            } else {
                lastPassed = Math.max(lastPassed, passed);
            }
        }
        assertThat(nextBegan).as("another agent took over").isLessThan(Long.MAX_VALUE);
        assertThat(lastPassed).isBetween(1L, nextBegan);
    }

    private void requireWhole(OperationId id) {
        assertThat(keys(id + "/")).contains(id + "/manifest");
        for (String set : List.of("rs0", "cfg")) {
            String manifest = text(id + "/" + set + "/manifest");
            String named = manifest.substring("parts=".length(), manifest.indexOf(';'));
            assertThat(named.split(",")).hasSize(OperationProcess.PARTS);
            assertThat(keys(id + "/" + set + "/")).contains(named.split(","));
        }
    }

    private List<String> keys(String prefix) {
        try (var objects = bucket.list(prefix, "")) {
            return objects.map(object -> object.key()).toList();
        }
    }

    private long passed(String key) {
        String text = text(key);
        return Long.parseLong(text.substring(text.indexOf("passed=") + "passed=".length()));
    }

    private String text(String key) {
        return new String(bucket.readWhole(key, 1 << 20), StandardCharsets.UTF_8);
    }

    /** An owner is the agent's name and a random part for its life. */
    private static String agentOf(String owner) {
        return owner.substring(0, owner.lastIndexOf('-'));
    }

    private static String hiddenMember() {
        return shard.members().get(shard.members().size() - 1).address();
    }
}
