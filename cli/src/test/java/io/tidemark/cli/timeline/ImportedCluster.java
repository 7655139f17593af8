package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Stepwise;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.streams.http.HttpConfig;
import io.tidemark.streams.http.TimelineServer;
import io.tidemark.streams.view.TimelineView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** A simulated cluster of two shards whose oplogs are imported as files, without any dump. */
public final class ImportedCluster implements AutoCloseable {
    private final Path folder;
    private final SteppedClock clock = SteppedClock.at(1_790_000_000L);
    public final SimulatedCluster cluster;

    public ImportedCluster(Path folder, long seed) {
        this.folder = folder;
        cluster =
                SimulatedCluster.builder()
                        .seed(seed)
                        .shards(2)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .manualTicks()
                        .start();
        run("admin", "{enableSharding: 'shop', primaryShard: 'shard0'}");
        run("admin", "{shardCollection: 'shop.orders', key: {customer: 1}}");
        run("admin", "{split: 'shop.orders', middle: {customer: 100}}");
        run("admin", "{moveChunk: 'shop.orders', find: {customer: 100}, to: 'shard1'}");
    }

    public void run(String database, String command) {
        BsonDocument reply = cluster.router().run(database, BsonDocument.parse(command));
        assertThat(reply.getNumber("ok").intValue()).as(command + ": " + reply).isEqualTo(1);
    }

    public void orders(int from, int count) {
        for (int i = from; i < from + count; i++) {
            run("shop", "{insert: 'orders', documents: [{_id: " + i + ", customer: " + i + "}]}");
        }
    }

    /** With an insert into another database between any two steps. */
    void carryOut(Stepwise operation) {
        int step = 0;
        while (!operation.isDone()) {
            operation.step();
            run("other", "{insert: 'c', documents: [{_id: " + step++ + "}]}");
        }
    }

    public void pause(int seconds) {
        clock.advance(Duration.ofSeconds(seconds));
        cluster.runDueRangeDeletions();
        cluster.noopEverywhere();
    }

    public String bucket() {
        return "file:" + folder.resolve("bucket");
    }

    /** Imports what the oplogs hold, except what the predicate refuses. */
    public void imports() throws IOException {
        for (SimulatedReplicaSet set : cluster.replicaSets().values()) {
            imports(set, set.oplog());
        }
    }

    /** Without storing a timeline. */
    void imports(SimulatedReplicaSet set, List<RawBsonDocument> entries) throws IOException {
        importing(set, entries, "--no-timeline");
    }

    /** What the command answered. */
    JsonNode importing(SimulatedReplicaSet set, List<RawBsonDocument> entries, String... further)
            throws IOException {
        Path file =
                Files.createDirectories(folder)
                        .resolve(set.name() + "-" + entries.size() + ".oplog.bson");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (RawBsonDocument entry : entries) {
            byte[] one = new byte[entry.getByteBuffer().remaining()];
            entry.getByteBuffer().get(one);
            bytes.write(one);
        }
        Files.write(file, bytes.toByteArray());
        Stream<String> role =
                cluster.shards().entrySet().stream()
                        .filter(shard -> shard.getValue() == set)
                        .findFirst()
                        .map(shard -> Stream.of("--shard", shard.getKey()))
                        .orElse(Stream.of("--config-server"));
        List<String> words =
                new ArrayList<>(
                        List.of("import", "--replica-set", set.name(), "--oplog", file + ""));
        role.forEach(words::add);
        words.addAll(List.of(further));
        CommandRun run = verb(words.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run.json();
    }

    /** What the archive tells, by the HTTP API as streams serves it. */
    TimelineServer serve() {
        ClusterName name = new ClusterName("sim");
        try (ObjectStore store = BucketUri.parse(bucket()).open()) {
            ClusterTimeline known =
                    new TimelineLookup(store, FrameKeys.NONE, name).fromArchive(entries -> {});
            return serve(new TimelineView(name, known.content(), known.events(), Instant.now()));
        }
    }

    static TimelineServer serve(TimelineView view) {
        HttpConfig local = HttpConfig.read(new ConfigReader(Map.of("http.listen", "127.0.0.1:0")));
        return TimelineServer.start(() -> Optional.of(view), local);
    }

    /** A verb about this archive, with {@code --json}. */
    public CommandRun verb(String... words) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(words),
                                Stream.of("--cluster=sim", "--bucket=" + bucket(), "--json"))
                        .toArray(String[]::new));
    }

    /** The same without {@code --json}. */
    CommandRun words(String... words) {
        return CommandRun.of(
                Stream.concat(Stream.of(words), Stream.of("--cluster=sim", "--bucket=" + bucket()))
                        .toArray(String[]::new));
    }

    List<String> targets(SimulatedCluster target) {
        List<String> words = new ArrayList<>();
        target.replicaSets()
                .forEach(
                        (name, set) -> {
                            words.add("--target");
                            words.add(name + "=" + set.uri());
                        });
        return words;
    }

    static String text(BsonTimestamp time) {
        return Integer.toUnsignedLong(time.getTime()) + ":" + Integer.toUnsignedLong(time.getInc());
    }

    @Override
    public void close() {
        cluster.close();
    }
}
