package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.embedded.s3.HttpFault;
import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole sink over a real broker, registry and S3 server. */
final class SinkKafkaTest {
    private static final int KILLS = Integer.getInteger("tidemark.test.kills", 20);
    private static final int BIG = 16 * 1024 * 1024 + 15 * 1024;
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");

    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir static Path folder;
    private static EmbeddedKafka kafka;
    private static EmbeddedRegistry registryServer;
    private static EmbeddedS3 s3;
    private static SchemaRegistry registry;
    private static int clusters;
    private ClusterName cluster;
    private TopicNames names;
    private KafkaSource source;
    private ObjectStore store;
    private Archive archive;

    @BeforeAll
    static void startServers() {
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        Map<String, String> broker =
                Map.of(
                        "message.max.bytes", "18874368",
                        "group.min.session.timeout.ms", "500",
                        "group.initial.rebalance.delay.ms", "0");
        kafka = new EmbeddedKafka(folder.resolve("kafka"), 1, broker).start();
        registryServer = EmbeddedRegistry.inMemory().start();
        s3 = EmbeddedS3.withFaultsIn(folder.resolve("s3")).start();
        s3.createBucket("archive");
        registry = new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));
    }

    @AfterAll
    static void stopServers() {
        s3.close();
        registryServer.close();
        kafka.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @BeforeEach
    void newCluster() {
        clusters++;
        cluster = new ClusterName("c" + clusters);
        names = new TopicNames(cluster);
        source = new KafkaSource(kafka.bootstrapServers(), registry);
        store = BucketUri.parse(bucket()).open();
        archive = new Archive(store, cluster);
        s3.faults().clear();
    }

    @AfterEach
    void close() {
        source.close();
        store.close();
    }

    @Test
    void archivesWhatIsCommittedAndNothingElseAndTellsHowFar() throws Exception {
        OplogScript script = new OplogScript(1).start().some(300, 5_000);
        OplogScript aborted = new OplogScript(2).some(50, 1_000);
        source.createTopic(topic(RS0));
        source.publishAndAbort(topic(RS0), aborted.records());
        source.publish(topic(RS0), script.records(), 37);
        source.publishAndAbort(topic(RS0), aborted.records());

        runUntilHolds(script, Map.of());

        assertHolds(RS0, script);
        ArchiveProgress last = progress();
        assertThat(last.getSeconds()).isEqualTo(script.now().seconds());
        assertThat(last.getIncrement()).isEqualTo(script.now().increment());
        assertThat(store.head(last.getObjectKey())).isPresent();
    }

    @Test
    void outagesOfTheStoreThatTheSdkRidesOutAreNotSeen() throws Exception {
        OplogScript script = new OplogScript(3).start().some(400, 9_000);
        source.createTopic(topic(RS0));
        source.publish(topic(RS0), script.records(), 100);
        s3.faults().next(2, "PUT", "slice", new HttpFault.Refused(503));
        s3.faults().next(1, "PUT", "slice", new HttpFault.AnswerLost());
        s3.faults().next(1, "PUT", "slice", new HttpFault.CutInBody(20_000));
        s3.faults().next(1, "GET", "", new HttpFault.Refused(500));

        runUntilHolds(script, Map.of());

        assertHolds(RS0, script);
        assertThat(s3.faults().injected()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void topicsMadeWhileTheWorkerRunsAreArchived() throws Exception {
        OplogScript one = new OplogScript(4).start().some(50, 500);
        OplogScript two = new OplogScript(5).start().some(50, 500);
        ReplicaSet rs1 = new ReplicaSet("rs1");
        source.createTopic(topic(RS0));
        source.publish(topic(RS0), one.records(), 100);
        try (Running sink = run(Map.of("kafka.metadata.max.age.ms", "500"))) {
            sink.awaitHolds(RS0, one);
            source.createTopic(topic(rs1));
            source.publish(topic(rs1), two.records(), 100);
            sink.awaitHolds(rs1, two);
        }
        assertHolds(RS0, one);
        assertHolds(rs1, two);
    }

    @Test
    void aStaticMemberFindsTheTopicsThatWereMadeWhileItWasAway() throws Exception {
        OplogScript one = new OplogScript(7).start().some(50, 500);
        OplogScript two = new OplogScript(8).start().some(50, 500);
        ReplicaSet rs1 = new ReplicaSet("rs1");
        Map<String, String> member = Map.of("kafka.group.instance.id", "one");
        source.createTopic(topic(RS0));
        source.publish(topic(RS0), one.records(), 100);
        try (Running sink = run(member)) {
            sink.awaitHolds(RS0, one);
        }
        source.createTopic(topic(rs1));
        source.publish(topic(rs1), two.records(), 100);
        try (Running sink = run(member)) {
            sink.awaitHolds(rs1, two);
        }
        assertHolds(RS0, one);
        assertHolds(rs1, two);
    }

    @Test
    void aTopicDeletedAndMadeAnewGoesOnWhereTheBucketEnds() throws Exception {
        OplogScript script = new OplogScript(6).start().some(200, 3_000);
        source.createTopic(topic(RS0));
        source.publish(topic(RS0), script.records(), 100);
        try (Running sink = run(Map.of("kafka.metadata.max.age.ms", "500"))) {
            sink.awaitHolds(RS0, script);
            source.deleteTopic(topic(RS0));
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(
                            () -> {
                                source.createTopic(topic(RS0));
                                return true;
                            });
            script.some(300, 3_000);
            source.publish(topic(RS0), script.records(), 100);
            sink.awaitHolds(RS0, script);
        }
        assertHolds(RS0, script);
    }

    @Test
    void twoWorkersShareTheTopicsAndHandThemOver() throws Exception {
        Map<ReplicaSet, OplogScript> scripts = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            ReplicaSet set = new ReplicaSet("rs" + i);
            scripts.put(set, new OplogScript(10 + i).start().some(150, 2_000));
            source.createTopic(topic(set));
            source.publish(topic(set), scripts.get(set).records(), 50);
        }
        try (Running first = run(Map.of())) {
            first.awaitHolds(RS0, scripts.get(RS0));
            try (Running second = run(Map.of())) {
                for (Map.Entry<ReplicaSet, OplogScript> each : scripts.entrySet()) {
                    OplogScript script = each.getValue();
                    int published = script.records().size();
                    script.some(150, 2_000);
                    source.publish(
                            topic(each.getKey()),
                            script.records().subList(published, script.records().size()),
                            50);
                }
                for (Map.Entry<ReplicaSet, OplogScript> each : scripts.entrySet()) {
                    second.awaitHolds(each.getKey(), each.getValue());
                }
            }
        }
        scripts.forEach(this::assertHolds);
    }

    /** How fast is not asked: a busy machine may take minutes, as long as it goes on. */
    @Test
    void killedAtAnyPointTheNextProcessLosesNothingAndRepeatsNothing() throws Exception {
        long seed = Long.getLong("tidemark.test.seed", 20);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        OplogScript script = new OplogScript(seed).start();
        source.createTopic(topic(RS0));
        int published = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            script.some(400, 40_000);
            source.publish(
                    topic(RS0),
                    script.records().subList(published, script.records().size()),
                    1 + random.nextInt(100));
            published = script.records().size();
            int before = archive.ranges(RS0).size();
            try (SinkProcess sink = SinkProcess.start(folder, settings(fork()), forkOptions())) {
                // Half of them die early, at any point of start and resume; half while putting.
                if (random.nextBoolean()) {
                    Thread.sleep(300 + random.nextInt(1_500));
                } else {
                    sink.awaitWhileItGoesOn(
                            () -> 0,
                            () -> archive.ranges(RS0).size() > before,
                            () -> "slice beyond the " + before + " there were");
                    Thread.sleep(random.nextInt(150));
                }
                assertThat(sink.isAlive()).as(sink.log()).isTrue();
                sink.kill();
            }
        }

        ClusterTime last = script.noop().now();
        // Its entry cuts the slice before it by the rule; the end of the process cuts the last one,
        // which then holds nothing else.
        script.pause(3_600).noop();
        source.publish(
                topic(RS0), script.records().subList(published, script.records().size()), 100);
        archiveThrough(last, archive, settings(fork()));

        assertHolds(RS0, script);
        assertSameAsOneWhoNeverDied(last);
    }

    /** Reads the topic again into another bucket, in one go, and compares every object. */
    private void assertSameAsOneWhoNeverDied(ClusterTime last) throws Exception {
        Map<String, String> other = settings(fork());
        other.put("bucket", "file:" + folder.resolve("reference"));
        try (ObjectStore reference = BucketUri.parse(other.get("bucket")).open()) {
            Archive whole = new Archive(reference, cluster);
            archiveThrough(last, whole, other);
            whole.assertSameAs(archive);
        }
    }

    /** A process that ends, as it is asked to, after it has put the slice that ends there. */
    private void archiveThrough(ClusterTime last, Archive into, Map<String, String> settings)
            throws Exception {
        try (SinkProcess sink = SinkProcess.start(folder, settings, forkOptions())) {
            sink.awaitWhileItGoesOn(
                    () -> into.ranges(RS0).size(),
                    () ->
                            into.ranges(RS0).stream()
                                    .anyMatch(key -> Catalogue.through(key).equals(last)),
                    () -> "slice through " + last + "; there is " + into.ranges(RS0));
            assertThat(sink.stop()).as(sink.log()).isEqualTo(143);
        }
    }

    @Test
    void entriesOfSixteenMebibytesFitIn256MebibytesOfHeap() throws Exception {
        Map<ReplicaSet, OplogScript> scripts = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            ReplicaSet set = new ReplicaSet("big" + i);
            OplogScript script = new OplogScript(30 + i).start().some(200, 20_000);
            script.insert(BIG).some(50, 20_000).insert(BIG).insert(BIG).some(200, 20_000);
            scripts.put(set, script);
            source.createTopic(topic(set));
            source.publish(topic(set), script.records(), 10);
        }
        Map<String, String> settings = settings(Map.of("slice.max.bytes", "32MiB"));

        try (SinkProcess sink = SinkProcess.start(folder, settings, withCredentials("-Xmx256m"))) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(
                            () ->
                                    !sink.isAlive()
                                            || scripts.entrySet().stream()
                                                    .allMatch(
                                                            e -> holds(e.getKey(), e.getValue())));
            assertThat(sink.isAlive()).as(sink.log()).isTrue();
            sink.stop();
        }
        scripts.forEach(this::assertHolds);
    }

    private String topic(ReplicaSet set) {
        return names.oplog(set);
    }

    private String bucket() {
        return "s3://archive/x?endpoint=" + s3.endpoint() + "&region=us-east-1&pathStyle=true";
    }

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("cluster", cluster.value());
        settings.put("bucket", bucket());
        settings.put("registry.urls", registryServer.url().toString());
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("slice.max.bytes", "1MiB");
        settings.put("slice.max.idle", "1s");
        settings.put("spill.dir", folder.resolve("spill").toString());
        settings.putAll(more);
        return settings;
    }

    /**
     * A static member: the next process is given its topics without waiting for the dead one. A
     * busy machine must not cost it its topics in between: that would end a slice by the clock.
     */
    private Map<String, String> fork() {
        return Map.of(
                "kafka.group.instance.id", "one",
                "kafka.session.timeout.ms", "300000",
                "slice.max.idle", "1h",
                // About as many slices end by their time as by their size.
                "slice.max.time", "2m");
    }

    private static String[] forkOptions() {
        return withCredentials("-Xmx256m");
    }

    private static String[] withCredentials(String heap) {
        return new String[] {
            heap,
            "-Daws.accessKeyId=" + EmbeddedS3.ACCESS_KEY,
            "-Daws.secretAccessKey=" + EmbeddedS3.SECRET_KEY
        };
    }

    private Running run(Map<String, String> more) throws Exception {
        return new Running(Sink.of(SinkConfig.of(settings(more)), SinkMetrics.NONE));
    }

    private void runUntilHolds(OplogScript script, Map<String, String> more) throws Exception {
        try (Running sink = run(more)) {
            sink.awaitHolds(RS0, script);
        }
    }

    /** A worker on a thread of this JVM. */
    private final class Running implements AutoCloseable {
        private final Sink sink;
        private final CompletableFuture<Void> done;

        Running(Sink sink) {
            this.sink = sink;
            this.done = CompletableFuture.runAsync(sink::run);
        }

        void awaitHolds(ReplicaSet set, OplogScript script) {
            await().atMost(PATIENCE).until(() -> done.isDone() || holds(set, script));
            if (done.isDone()) {
                done.join();
            }
        }

        @Override
        public void close() {
            sink.stop();
            try {
                done.join();
            } finally {
                sink.close();
            }
        }
    }

    /** By the listing alone: the last entry is in a slice. */
    private boolean holds(ReplicaSet set, OplogScript script) {
        return archive.ranges(set).stream()
                .anyMatch(
                        key ->
                                Catalogue.through(key)
                                        .equals(
                                                script.entries()
                                                        .get(script.entries().size() - 1)
                                                        .clusterTime()));
    }

    private void assertHolds(ReplicaSet set, OplogScript script) {
        List<RawDocument> expected = script.entries().stream().map(OplogEntry::raw).toList();
        List<RawDocument> stored = archive.entries(set);
        // Not one assertion on the lists: a failure would print megabytes.
        assertThat(stored).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(stored.get(i).equals(expected.get(i))).as("entry %d", i).isTrue();
        }
        assertThat(archive.isUnbroken(set)).isTrue();
    }

    private ArchiveProgress progress() {
        RecordDeserializer<ArchiveProgress> deserializer =
                new RecordDeserializer<>(
                        registry, ArchiveProgress.class, ArchiveProgress.getClassSchema());
        Map<String, Object> config = Map.of("bootstrap.servers", kafka.bootstrapServers());
        ArchiveProgress last = null;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(names.archiveProgress(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    last = deserializer.deserialize(record.topic(), record.value());
                }
            }
        }
        return last;
    }
}
