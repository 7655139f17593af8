package io.tidemark.cli.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tidemark.capture.CaptureAgent;
import io.tidemark.capture.CaptureConfig;
import io.tidemark.capture.CaptureMain;
import io.tidemark.capture.SnapshotOperations;
import io.tidemark.capture.control.KnownBases;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.mongo.sharding.ClusterBuilder;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.BaseSnapshotRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.sink.Sink;
import io.tidemark.sink.SinkConfig;
import io.tidemark.sink.SinkMetrics;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.streams.StreamsApp;
import io.tidemark.streams.StreamsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A simulated sharded cluster, Kafka, a schema registry and a bucket, for whole agents. */
public final class BackedUpCluster implements AutoCloseable {
    public static final String NAME = "shop";

    /** Half a day ago: no test meets the moment itself, which is due in another way. */
    static final int DUE_HOUR = (LocalTime.now(ZoneOffset.UTC).getHour() + 12) % 24;

    static final String SCHEDULE = "0 " + DUE_HOUR + " * * *";
    private final Path folder;
    private final EmbeddedKafka kafka;
    private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory().start();
    private final List<AutoCloseable> running = new ArrayList<>();
    public final SimulatedCluster source;
    final ObjectStore bucket;

    public BackedUpCluster(Path folder, long seed) {
        this(folder, seed, builder -> builder);
    }

    BackedUpCluster(Path folder, long seed, UnaryOperator<ClusterBuilder> topology) {
        this.folder = folder;
        this.kafka = new EmbeddedKafka(folder.resolve("kafka")).start();
        this.source =
                topology.apply(
                                SimulatedCluster.builder()
                                        .seed(seed)
                                        .shards(2)
                                        .noopInterval(Duration.ofMillis(500))
                                        .orphanCleanupDelay(Duration.ofSeconds(3600)))
                        .start();
        this.bucket = new FileObjectStore(folder.resolve("bucket"));
    }

    public String bucketUri() {
        return "file:" + folder.resolve("bucket");
    }

    /** Settings of an agent as an operator would write them, quickened for tests. */
    public Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("cluster", NAME);
        settings.put("source.uri", source.config().uri());
        settings.put("source.timeout", "10s");
        settings.put("shards.refresh", "1s");
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("registry.urls", registry.url().toString());
        settings.put("topic.replication.factor", "1");
        settings.put("topic.min.insync.replicas", "1");
        settings.put("owner.session.timeout", "3s");
        settings.put("operation.stale.after", "3s");
        settings.put("bucket", bucketUri());
        settings.put("snapshot.schedule", "none");
        // Tests leave no processor idle: a limited scan would wait for them all.
        settings.put("snapshot.scheduling", "normal");
        return settings;
    }

    /** Runs until it is closed, or this is. */
    public AutoCloseable startAgent(String name, Map<String, String> settings) {
        return startAgent(name, settings, Clock.systemUTC());
    }

    AutoCloseable startAgent(String name, Map<String, String> settings, Clock clock) {
        CaptureConfig config = CaptureConfig.of(settings);
        SnapshotOperations snapshots = SnapshotOperations.of(config, name);
        CaptureAgent agent =
                new CaptureAgent(
                        config,
                        new ConfluentRestRegistry(config.registry()),
                        name,
                        clock,
                        new CompositeMeterRegistry(),
                        snapshots.operations());
        agent.start();
        AutoCloseable closing =
                () -> {
                    agent.close();
                    snapshots.close();
                };
        running.add(closing);
        return closing;
    }

    /** An agent in a process of its own; the caller closes it. */
    ForkedJvm startProcess(String name, Map<String, String> settings) {
        Map<String, String> environment = new TreeMap<>();
        settings.forEach(
                (key, value) ->
                        environment.put(
                                "TIDEMARK_CAPTURE_"
                                        + key.replace('.', '_').toUpperCase(Locale.ROOT),
                                value));
        return ForkedJvm.start(
                CaptureMain.class,
                List.of("-Xmx256m", "-Dlogback.configurationFile=agent-logback.xml"),
                List.of(),
                environment,
                "nothing is waited for",
                folder.resolve(name + ".log"));
    }

    /** By the command, into a cluster whose replica sets have the same names. */
    CommandRun restore(SimulatedCluster target, ClusterTime to) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "restore",
                                "--json",
                                // For ten seconds behind a change of an index another shard could
                                // be about to make it too; here none is.
                                "--force-unsafe",
                                "--cluster=" + NAME,
                                "--bucket=" + bucketUri(),
                                "--source-uri=" + source.config().uri(),
                                "--to=" + to));
        target.replicaSets().forEach((name, set) -> line.add("--target=" + name + "=" + set.uri()));
        return CommandRun.of(line.toArray(String[]::new));
    }

    /** Runs until it is closed, or this is. */
    public AutoCloseable startSink() throws IOException {
        Sink sink =
                Sink.of(
                        SinkConfig.of(
                                Map.of(
                                        "cluster",
                                        NAME,
                                        "bucket",
                                        bucketUri(),
                                        "kafka.bootstrap.servers",
                                        kafka.bootstrapServers(),
                                        "kafka.metadata.max.age.ms",
                                        "1000",
                                        "registry.urls",
                                        registry.url().toString(),
                                        "slice.max.time",
                                        "2s",
                                        "slice.max.idle",
                                        "1s")),
                        SinkMetrics.NONE);
        Thread thread = new Thread(sink::run, "test-sink");
        thread.start();
        AutoCloseable closing =
                () -> {
                    sink.stop();
                    thread.join();
                    sink.close();
                };
        running.add(closing);
        return closing;
    }

    /** A verb's words that say where Kafka and the registry are. */
    public List<String> services() {
        return List.of("--kafka=" + kafka.bootstrapServers(), "--registry=" + registry.url());
    }

    /** The timeline, live: events on their topic. */
    void startStreams() {
        StreamsConfig config =
                StreamsConfig.of(
                        Map.of(
                                "cluster",
                                NAME,
                                "kafka.bootstrap.servers",
                                kafka.bootstrapServers(),
                                "kafka.metadata.max.age.ms",
                                "1000",
                                "kafka.commit.interval.ms",
                                "500",
                                "registry.urls",
                                registry.url().toString(),
                                "topic.replication.factor",
                                "1",
                                "threads",
                                "1",
                                "state.dir",
                                folder.resolve("streams").toString()));
        StreamsApp streams = new StreamsApp(config, new ConfluentRestRegistry(config.registry()));
        streams.start();
        running.add(streams);
    }

    /** A verb, told where Kafka and the registry are. */
    public CommandRun run(String verb, String... more) {
        List<String> line = new ArrayList<>(List.of(verb, "--cluster=" + NAME));
        line.addAll(services());
        Collections.addAll(line, more);
        return CommandRun.of(line.toArray(String[]::new));
    }

    /** The operation whose id begins so, when it has ended. */
    JsonNode awaitOperation(String prefix) throws InterruptedException {
        for (int i = 0; i < 900; i++) {
            CommandRun run = run("status", "--json", "--bucket=" + bucketUri());
            if (run.exitCode() != ExitCode.DONE) {
                throw new AssertionError(run.err());
            }
            for (JsonNode operation : run.json().get("operations")) {
                boolean over = !"waiting running".contains(operation.get("phase").asText());
                if (over && operation.get("id").asText().startsWith(prefix)) {
                    return operation;
                }
            }
            Thread.sleep(200);
        }
        throw new AssertionError("no operation " + prefix + " ended");
    }

    /** Of all objects whose key has that in it. */
    List<String> keys(String part) {
        try (Stream<StoredObject> objects = bucket.list("", "")) {
            return objects.map(StoredObject::key).filter(key -> key.contains(part)).toList();
        }
    }

    Set<String> snapshotsInBucket() {
        Set<String> ids = new TreeSet<>();
        new Catalogue(bucket, new ClusterName(NAME))
                .bases()
                .forEach(place -> ids.add(place.snapshotId()));
        return ids;
    }

    /** As Kafka tells. */
    KnownBases knownBases() {
        return new KnownBases(
                new TopicNames(new ClusterName(NAME)),
                Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    void tellOfBase(String id) throws Exception {
        String topic = new TopicNames(new ClusterName(NAME)).baseSnapshots();
        BaseSnapshotRecord base = new BaseSnapshotRecord();
        base.setId(id);
        base.setReplicaSets(List.of());
        byte[] value =
                new RecordSerializer<BaseSnapshotRecord>(
                                new ConfluentRestRegistry(RegistryConfig.of(registry.url())),
                                BaseSnapshotRecord.getClassSchema())
                        .serialize(topic, base);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            byte[] key = id.getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        }
    }

    /** Waits until the oplog of every member there is now is in the bucket up to that time. */
    public void awaitArchived(ClusterTime time) throws InterruptedException {
        Catalogue catalogue = new Catalogue(bucket, new ClusterName(NAME));
        long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!isArchived(catalogue, time)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the archive does not reach " + time);
            }
            Thread.sleep(200);
        }
    }

    private boolean isArchived(Catalogue catalogue, ClusterTime time) {
        Set<String> archived = new TreeSet<>();
        catalogue.replicaSets().stream()
                .filter(
                        set ->
                                catalogue
                                        .last(set)
                                        .filter(k -> !Catalogue.through(k).isBefore(time))
                                        .isPresent())
                .forEach(set -> archived.add(set.replicaSet().name()));
        Set<String> members = new TreeSet<>(Set.of(source.config().name()));
        source.routing()
                .shards()
                .keySet()
                .forEach(id -> members.add(source.shards().get(id).name()));
        return archived.containsAll(members);
    }

    @Override
    public void close() throws Exception {
        Collections.reverse(running);
        for (AutoCloseable each : running) {
            each.close();
        }
        source.close();
        registry.close();
        kafka.close();
        bucket.close();
    }
}
