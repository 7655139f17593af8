package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.capture.operation.LockName;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.demo.Comparison;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Workload;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.catalogue.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Agents as processes, paused and killed while {@code tidemark snapshot} scans a cluster that is
 * written to. In the order of one cluster's life.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KilledAgentsTest {
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_129L);
    private static final int KILLS = Integer.getInteger("tidemark.kills", 1);
    private static final Duration LONG = Duration.ofMinutes(6);
    private static final int PART = 1 << 20;
    @TempDir private static Path folder;
    private static final Map<Long, ForkedJvm> AGENTS = new TreeMap<>();
    private static final List<ClusterTime> TIMES = new ArrayList<>();
    private static BackedUpCluster cluster;
    private static Workload workload;
    private static int started;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("seed " + SEED);
        // Three config servers, and beside each set's other members a hidden one.
        cluster =
                new BackedUpCluster(
                        folder,
                        SEED,
                        builder ->
                                builder.configMembers(3)
                                        .eachSet(set -> set.hiddenMember(Map.of())));
        workload = new Workload(cluster.source, SEED);
        workload.prepare();
        workload.run(200);
        fill("large0", "shard0");
        fill("large1", "shard1");
        cluster.source
                .replicaSets()
                .values()
                .forEach(set -> set.truncateOplogBefore(set.oplog().get(20).getTimestamp("ts")));
        startAgent();
        startAgent();
        cluster.startSink();
    }

    /** One collection of five parts. */
    private static void fill(String database, String shard) {
        cluster.source.createDatabase(database, shard);
        Random random = new Random(SEED);
        for (int i = 0; i < 10; i++) {
            byte[] bytes = new byte[PART / 2 - 100];
            random.nextBytes(bytes);
            BsonDocument document =
                    new BsonDocument("_id", new BsonInt32(i)).append("b", new BsonBinary(bytes));
            cluster.source
                    .router()
                    .run(
                            database,
                            new BsonDocument("insert", new BsonString("scans"))
                                    .append("documents", new BsonArray(List.of(document))));
        }
    }

    private static void startAgent() {
        Map<String, String> settings = cluster.settings();
        // One range, whose parts follow each other a second apart.
        settings.put("snapshot.threads", "1");
        settings.put("snapshot.part.bytes", "1MiB");
        settings.put("operation.abandon.after", "90s");
        ForkedJvm agent = cluster.startProcess("agent-" + started++, settings);
        AGENTS.put(agent.pid(), agent);
    }

    @AfterAll
    static void stop() throws Exception {
        AGENTS.values().forEach(ForkedJvm::close);
        cluster.close();
    }

    @Test
    @Order(1)
    void anAgentThatWasPausedInItsScanAndWakesWritesNothing() throws Exception {
        try (Load load = new Load(workload)) {
            String id = snapshot();
            String part = awaitSecondPart(id);
            ObjectKey.OfBasePart key = (ObjectKey.OfBasePart) ObjectKey.parse(part).orElseThrow();
            long token = key.part().token();
            ForkedJvm sleeper = agentOf(owner(key.place(), token));

            sleeper.pause();
            await().atMost(LONG).until(() -> tokens(key.place()).stream().anyMatch(t -> t > token));
            Set<String> before = keysOf(key.place(), token);
            sleeper.resume();
            JsonNode ended = awaitEnd(id);

            assertThat(ended.get("phase").asText()).as(ended.toString()).isEqualTo("done");
            Set<String> after = keysOf(key.place(), token);
            assertThat(after).containsAll(before);
            after.removeAll(before);
            // A put that was under way when it was stopped can't be called back; the parts behind
            // that one are never begun.
            assertThat(after).as("put after it woke").hasSizeLessThanOrEqualTo(1);
            sleeper.requireAlive();
            assertThat(tokensNamed(key.place()))
                    .as("the next owner went on from the parts that were there")
                    .contains(token)
                    .hasSizeGreaterThan(1);
            assertThat(load.steps).isPositive();
        }
        remember();
    }

    @Test
    @Order(2)
    void whoIsKilledIsReplacedAndTheSnapshotIsWhole() throws Exception {
        Random random = new Random(SEED);
        try (Load load = new Load(workload)) {
            for (int kill = 0; kill < KILLS; kill++) {
                String id = snapshot();
                awaitSecondPart(id);
                Thread.sleep(random.nextInt(1500));
                ForkedJvm leader = agentOf(operation(id).get("leader").asText());

                // Its locks must outlive the primary that took them.
                cluster.source.config().elect(cluster.source.config().member(1));
                leader.kill();
                AGENTS.remove(leader.pid());
                startAgent();
                JsonNode ended = awaitEnd(id);

                assertThat(ended.get("phase").asText()).as(ended.toString()).isEqualTo("done");
                assertThat(places(id)).hasSize(3);
            }
            assertThat(load.steps).isPositive();
        }
        remember();
    }

    @Test
    @Order(3)
    void whatIsRestoredOverThoseBasesEqualsTheOracle() throws Exception {
        cluster.awaitArchived(TIMES.get(TIMES.size() - 1));
        for (ClusterTime time : TIMES) {
            try (SimulatedCluster target =
                    SimulatedCluster.builder().seed(SEED + 1).shards(2).start()) {
                CommandRun run = cluster.restore(target, time);
                assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
                Comparison comparison = new Comparison(cluster.source.oracle(), time);
                comparison.compare(target);
                assertThat(comparison.differences()).as("seed %d, %s", SEED, time).isEmpty();
                assertThat(comparison.documents()).isGreaterThan(50);
            }
        }
    }

    /** Of all members the ones that serve nobody else. */
    @Test
    @Order(4)
    void hiddenMembersWereRead() throws IOException {
        List<String> works = new ArrayList<>();
        for (int i = 0; i < started; i++) {
            Files.readAllLines(folder.resolve("agent-" + i + ".log")).stream()
                    .filter(line -> line.contains("This agent works on the replica set"))
                    .forEach(works::add);
        }
        assertThat(works).hasSizeGreaterThanOrEqualTo(6);
        cluster.source
                .replicaSets()
                .forEach(
                        (name, set) -> {
                            String hidden = set.member(set.members().size() - 1).address();
                            assertThat(works)
                                    .filteredOn(line -> line.contains("\"" + name + "\""))
                                    .isNotEmpty()
                                    .allMatch(line -> line.contains(hidden + " (hidden)"));
                        });
    }

    /** A time behind all that was done so far, at which nothing is under way. */
    private static void remember() {
        workload.settle();
        BsonTimestamp now = cluster.source.noopEverywhere();
        TIMES.add(ClusterTime.of(now));
    }

    /** Slow enough to be met in the middle. */
    private static String snapshot() {
        AtomicReference<CommandRun> last = new AtomicReference<>();
        // The first agent makes the topics when it has begun.
        await().atMost(LONG)
                .until(
                        () -> {
                            last.set(
                                    cluster.run(
                                            "snapshot",
                                            "--json",
                                            "--patience=180",
                                            "--max-mib-per-second=1"));
                            return !last.get().out().contains("does not exist");
                        });
        assertThat(last.get().exitCode()).as(last.get().err()).isEqualTo(ExitCode.DONE);
        return last.get().json().get("id").asText();
    }

    /** Of a collection that has more, so that the next is a second away. */
    private static String awaitSecondPart(String id) {
        return await().atMost(LONG)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () ->
                                cluster.keys("/base/" + id + "/").stream()
                                        .filter(KilledAgentsTest::isSecondPart)
                                        .findFirst()
                                        .orElse(""),
                        key -> !key.isEmpty());
    }

    private static boolean isSecondPart(String key) {
        return ObjectKey.parse(key)
                .filter(ObjectKey.OfBasePart.class::isInstance)
                .filter(part -> ((ObjectKey.OfBasePart) part).part().number() == 1)
                .isPresent();
    }

    private static JsonNode operation(String id) {
        CommandRun run = cluster.run("status", "--json", "--bucket=" + cluster.bucketUri());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        for (JsonNode operation : run.json().get("operations")) {
            if (operation.get("id").asText().equals(id)) {
                return operation;
            }
        }
        throw new AssertionError("no operation " + id + " in " + run.json());
    }

    private static JsonNode awaitEnd(String id) {
        return await().atMost(LONG)
                .pollInterval(Duration.ofMillis(300))
                .until(
                        () -> operation(id),
                        operation -> !"waiting running".contains(operation.get("phase").asText()));
    }

    /** As the lock itself has it: whoever asks by a command may come when the scan is over. */
    private static String owner(BasePlace place, long token) {
        BsonDocument name =
                new BsonDocument("_id", new BsonString(LockName.of(place.replicaSet()).text()));
        BsonDocument lock =
                cluster.source
                        .config()
                        .primary()
                        .find("admin.tidemarkLocks", name, Optional.empty())
                        .get(0);
        assertThat(lock.getInt64("token").getValue()).as("%s", lock).isEqualTo(token);
        return lock.getString("owner").getValue();
    }

    /** {@code HOST-PID-LIFE}. */
    private static ForkedJvm agentOf(String owner) {
        String[] names = owner.split("-");
        ForkedJvm agent = AGENTS.get(Long.valueOf(names[names.length - 2]));
        assertThat(agent).as("%s among %s", owner, AGENTS.keySet()).isNotNull();
        return agent;
    }

    private static Set<String> keysOf(BasePlace place, long token) {
        return parts(place).stream()
                .filter(key -> key.part().token() == token)
                .map(ObjectKey.OfBasePart::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Long> tokens(BasePlace place) {
        return parts(place).stream()
                .map(key -> key.part().token())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<ObjectKey.OfBasePart> parts(BasePlace place) {
        return cluster.keys("/base/" + place.snapshotId() + "/").stream()
                .flatMap(key -> ObjectKey.parse(key).stream())
                .filter(ObjectKey.OfBasePart.class::isInstance)
                .map(ObjectKey.OfBasePart.class::cast)
                .filter(key -> key.place().equals(place))
                .toList();
    }

    private static Set<Long> tokensNamed(BasePlace place) {
        return BaseManifest.read(cluster.bucket, place).collections().stream()
                .flatMap(collection -> collection.parts().stream())
                .map(part -> part.id().token())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<BasePlace> places(String id) {
        return new Catalogue(cluster.bucket, new ClusterName(BackedUpCluster.NAME))
                .bases().stream().filter(place -> place.snapshotId().equals(id)).toList();
    }
}
