package io.tidemark.cli.standby;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.EmptyTargets;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.TidemarkMain;
import io.tidemark.cli.snapshot.BackedUpCluster;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.schemas.model.ClusterTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way of a standby: capture goes on, the bucket is followed and then Kafka where no sink
 * runs; it is killed, goes on, and is promoted to a time that is the truth.
 */
class LiveStandbyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir private Path folder;
    private final EmptyTargets targets = new EmptyTargets();
    private BackedUpCluster source;
    private AutoCloseable sink;
    private int orders;
    private int processes;

    @BeforeEach
    void aClusterThatIsCapturedAndArchived() throws IOException {
        source = new BackedUpCluster(folder, 9);
        source.startAgent("agent", source.settings());
        sink = source.startSink();
        run("admin", "{enableSharding: 'shop', primaryShard: 'shard0'}");
        run("admin", "{shardCollection: 'shop.orders', key: {customer: 1}}");
        run("admin", "{split: 'shop.orders', middle: {customer: 30}}");
        run("admin", "{moveChunk: 'shop.orders', find: {customer: 30}, to: 'shard1'}");
        targets.start(source.source.replicaSets().keySet());
    }

    @AfterEach
    void end() throws Exception {
        targets.close();
        source.close();
    }

    @Test
    void itFollowsTheBucketAndThenKafkaAndIsPromotedToTheTruth() throws Exception {
        source.awaitArchived(live());
        sink.close();
        ClusterTime behindTheArchive = live();
        try (ForkedJvm first = follow()) {
            awaitApplied(first, behindTheArchive);
            live();
            first.kill();
        }
        ClusterTime later = live();
        try (ForkedJvm second = follow()) {
            awaitApplied(second, later);
            live();
            assertThat(second.stop()).isZero();
        }

        source.startSink();
        ClusterTime end = live();
        source.awaitArchived(end);
        CommandRun status = source.run("status", "--bucket=" + source.bucketUri(), "--json");
        JsonNode standby = status.json().at("/standbys/0");
        assertThat(standby.get("name").asText()).isEqualTo("berlin");
        assertThat(standby.at("/replicaSets/rs0/target").asText()).contains("127.0.0.1:");
        assertThat(standby.get("lagSeconds").isNumber()).isTrue();
        assertThat(status.err()).contains("standby berlin: applied until ");

        String time = safeTime(end);
        CommandRun promoted =
                CommandRun.of(words("promote", "--at=" + time).toArray(String[]::new));
        assertThat(promoted.exitCode()).as(promoted.err()).isEqualTo(ExitCode.DONE);
        requireTruth(ClusterTime.parse(time).orElseThrow().toBson());
        JsonNode after = source.run("status", "--bucket=" + source.bucketUri(), "--json").json();
        assertThat(after.get("standbys")).isEmpty();
    }

    /** Writes, and gives a time that every replica set has reached. */
    private ClusterTime live() {
        for (int end = orders + 60; orders < end; orders++) {
            run(
                    "shop",
                    "{insert: 'orders', documents: [{_id: %d, customer: %d}]}"
                            .formatted(orders, orders % 60));
            if (orders % 3 == 0) {
                run(
                        "shop",
                        "{update: 'orders', updates: [{q: {customer: %d}, u: {$inc: {n: 1}}}]}"
                                .formatted(orders % 60));
            }
        }
        return ClusterTime.of(source.source.noopEverywhere());
    }

    private void run(String database, String command) {
        BsonDocument reply = source.source.router().run(database, BsonDocument.parse(command));
        assertThat(reply.getNumber("ok").intValue()).as(command + ": " + reply).isEqualTo(1);
    }

    private ForkedJvm follow() {
        List<String> words = words("restore", "--follow", "--name=berlin", "--progress=json");
        words.addAll(source.services());
        return ForkedJvm.start(
                TidemarkMain.class,
                List.of("-Xmx256m"),
                words,
                Map.of(),
                "\"event\":\"standby\"",
                log(++processes));
    }

    private Path log(int process) {
        return folder.resolve("standby" + process + ".log");
    }

    private List<String> words(String... first) {
        List<String> words = targets.words(first);
        words.addAll(
                List.of(
                        "--json",
                        "--cluster=" + BackedUpCluster.NAME,
                        "--bucket=" + source.bucketUri()));
        return words;
    }

    private void awaitApplied(ForkedJvm process, ClusterTime time) throws Exception {
        process.awaitReady(PATIENCE);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (applied().filter(reached -> !reached.isBefore(time)).isEmpty()) {
            process.requireAlive();
            assertThat(System.nanoTime())
                    .as("reached %s of %s", applied(), time)
                    .isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private Optional<ClusterTime> applied() throws IOException {
        return Files.readAllLines(log(processes)).stream()
                .filter(line -> line.contains("\"event\":\"standby\""))
                .reduce((earlier, last) -> last)
                .map(LiveStandbyTest::least);
    }

    private static ClusterTime least(String event) {
        try {
            ClusterTime least = ClusterTime.MAX;
            for (JsonNode set : JSON.readTree(event).get("replicaSets")) {
                String applied = set.get("appliedUntil").asText();
                least = ClusterTime.min(least, ClusterTime.parse(applied).orElseThrow());
            }
            return least;
        } catch (IOException e) {
            throw new AssertionError("no event: " + event, e);
        }
    }

    private String safeTime(ClusterTime end) {
        CommandRun explained =
                CommandRun.of(
                        "explain",
                        "--json",
                        "--cluster=" + BackedUpCluster.NAME,
                        "--bucket=" + source.bucketUri(),
                        "--at=" + end);
        return explained.json().get("safe").asBoolean()
                ? end.toString()
                : explained.json().get("before").asText();
    }

    private void requireTruth(BsonTimestamp time) {
        ClusterOracle oracle = source.source.oracle();
        long documents = 0;
        for (Map.Entry<String, SimulatedReplicaSet> shard : source.source.shards().entrySet()) {
            for (String namespace : oracle.namespaces(time)) {
                List<RawBsonDocument> truth = oracle.documentsOf(shard.getKey(), namespace, time);
                SimulatedReplicaSet target = targets.all().get(shard.getValue().name());
                assertThat(documents(target, namespace))
                        .as("%s on %s at %s", namespace, shard.getKey(), time)
                        .containsExactlyInAnyOrderElementsOf(truth);
                documents += truth.size();
            }
        }
        assertThat(documents).isGreaterThan(200);
    }

    private static List<RawBsonDocument> documents(SimulatedReplicaSet set, String namespace) {
        return set.primary().collection(namespace).isEmpty()
                ? List.of()
                : set.primary().find(namespace, new BsonDocument(), Optional.empty());
    }
}
