package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.control.OperationCommands;
import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.GroupState;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** Kafka and a schema registry in this JVM, and what tests of whole agents do with them. */
public final class Platform implements AutoCloseable {
    private final Optional<EmbeddedKafka> kafka;
    private final String bootstrapServers;
    private final EmbeddedRegistry registryServer = EmbeddedRegistry.inMemory().start();
    private final SchemaRegistry registry =
            new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));

    public Platform(Path directory) {
        this(Optional.of(new EmbeddedKafka(directory.resolve("kafka")).start()), "");
    }

    private Platform(Optional<EmbeddedKafka> kafka, String bootstrapServers) {
        this.kafka = kafka;
        this.bootstrapServers = kafka.map(k -> k.bootstrapServers()).orElse(bootstrapServers);
    }

    /** Over a Kafka that someone else started. */
    public static Platform over(String bootstrapServers) {
        return new Platform(Optional.empty(), bootstrapServers);
    }

    public EmbeddedKafka kafka() {
        return kafka.orElseThrow();
    }

    public SchemaRegistry registry() {
        return registry;
    }

    public String registryUrl() {
        return registryServer.url().toString();
    }

    /** Settings of an agent as an operator would write them, quickened for tests. */
    public Map<String, String> settings(String cluster, String uri) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("cluster", cluster);
        settings.put("source.uri", uri);
        settings.put("source.timeout", "10s");
        settings.put("shards.refresh", "1s");
        settings.put("kafka.bootstrap.servers", bootstrapServers);
        settings.put("registry.urls", registryUrl());
        settings.put("topic.replication.factor", "1");
        settings.put("topic.min.insync.replicas", "1");
        settings.put("owner.session.timeout", "10s");
        return settings;
    }

    /** The environment variable of a setting. */
    static String variable(String key) {
        return "TIDEMARK_CAPTURE_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
    }

    public CaptureAgent agent(String name, Map<String, String> settings) {
        return new CaptureAgent(CaptureConfig.of(settings), registry, name, Clock.systemUTC());
    }

    /** An agent in a process of its own, with a heap of 256 MiB; the caller closes it. */
    ForkedJvm smallAgent(Map<String, String> settings, Map<String, String> more, Path log)
            throws IOException {
        Map<String, String> environment = new TreeMap<>(more);
        settings.forEach((key, value) -> environment.put(variable(key), value));
        return ForkedJvm.start(
                CaptureMain.class,
                List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                List.of(),
                environment,
                "Tailing the oplog",
                log);
    }

    /** Of a source that keeps no history. */
    void askForSnapshot(String cluster) {
        try (OperationCommands commands =
                new OperationCommands(
                        new TopicNames(new ClusterName(cluster)),
                        Map.of("bootstrap.servers", bootstrapServers),
                        registry,
                        "test")) {
            commands.begin(
                    new ControlCommand(
                            new OperationId("base"),
                            OperationKind.SNAPSHOT,
                            Map.of("method", "fuzzy"),
                            System.currentTimeMillis()));
        }
    }

    /** How many agents are in the cluster's group, and have been told what is theirs. */
    int agentsOf(String cluster) throws Exception {
        String group = new TopicNames(new ClusterName(cluster)).captureGroup();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
            return described.groupState() == GroupState.STABLE ? described.members().size() : 0;
        }
    }

    /** Records readable now on a replica set's topic. */
    public List<OplogRecord> records(String cluster, String replicaSet) {
        String topic = new TopicNames(new ClusterName(cluster)).oplog(new ReplicaSet(replicaSet));
        return new CommittedRecords(bootstrapServers, registry).of(topic);
    }

    /** The raw entries among them. */
    public List<RawBsonDocument> entries(String cluster, String replicaSet) {
        return records(cluster, replicaSet).stream()
                .filter(r -> r.getEntry() != null)
                .map(r -> new RawBsonDocument(bytes(r.getEntry())))
                .toList();
    }

    /**
     * Waits until all that the set has written so far is on the topic, and checks that the topic
     * holds exactly the set's oplog up to there: same bytes, once, in order.
     */
    public void awaitSame(String cluster, SimulatedReplicaSet set) {
        awaitSame(cluster, set, () -> {});
    }

    /**
     * As {@link #awaitSame(String, SimulatedReplicaSet)}.
     *
     * @param works fails if whoever captures has died
     */
    void awaitSame(String cluster, SimulatedReplicaSet set, Runnable works) {
        awaitSame(cluster, set, set.primary().lastApplied(), works);
    }

    /** As before, for what was written up to a time: also once nobody captures any more. */
    void awaitSame(String cluster, SimulatedReplicaSet set, BsonTimestamp written, Runnable works) {
        Progress progress = new Progress(() -> committed().written(topic(cluster, set.name())));
        while (lastTime(cluster, set.name()).filter(t -> t.compareTo(written) >= 0).isEmpty()) {
            works.run();
            progress.require("captured of " + set.name() + " up to " + written);
        }
        List<RawBsonDocument> captured = entries(cluster, set.name());
        // A noop may have been written meanwhile.
        List<RawBsonDocument> oplog = set.oplog();
        assertSame(captured, oplog.subList(0, Math.min(captured.size(), oplog.size())));
    }

    public static void assertSame(List<RawBsonDocument> actual, List<RawBsonDocument> expected) {
        assertThat(times(actual)).isEqualTo(times(expected));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).getByteBuffer().asNIO())
                    .as("bytes of entry %d", i)
                    .isEqualTo(expected.get(i).getByteBuffer().asNIO());
        }
    }

    public static List<BsonTimestamp> times(List<RawBsonDocument> entries) {
        return entries.stream().map(e -> e.getTimestamp("ts")).toList();
    }

    private Optional<BsonTimestamp> lastTime(String cluster, String replicaSet) {
        return committed()
                .last(topic(cluster, replicaSet))
                .map(r -> OplogRecords.clusterTime(r).toBson());
    }

    private CommittedRecords committed() {
        return new CommittedRecords(bootstrapServers, registry);
    }

    private static String topic(String cluster, String replicaSet) {
        return "tidemark." + cluster + ".oplog." + replicaSet;
    }

    /** Inserts documents with {@code _id} from {@code from} on. */
    public static void insert(SimulatedReplicaSet set, int from, int count) {
        set.primary()
                .insert(
                        "shop.orders",
                        IntStream.range(from, from + count)
                                .mapToObj(i -> new BsonDocument("_id", new BsonInt32(i)))
                                .toList(),
                        WriteContext.plain());
    }

    private static byte[] bytes(java.nio.ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        registryServer.close();
        kafka.ifPresent(EmbeddedKafka::close);
    }
}
