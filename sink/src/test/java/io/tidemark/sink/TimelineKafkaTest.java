package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.embedded.s3.HttpFault;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.sink.timeline.StoredLines;
import io.tidemark.sink.timeline.TimelineScript;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.timeline.StoredWindows;
import io.tidemark.storage.timeline.TimelineReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events and windows through a real broker and registry into a real bucket, in killed processes.
 */
final class TimelineKafkaTest {
    private static final int KILLS = Integer.getInteger("tidemark.test.kills", 4);
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final ClusterName CLUSTER = new ClusterName("shop");
    private static final TopicNames NAMES = new TopicNames(CLUSTER);
    @TempDir Path folder;
    private EmbeddedKafka kafka;
    private EmbeddedRegistry registryServer;
    private EmbeddedS3 s3;
    private ObjectStore store;
    private KafkaProducer<byte[], byte[]> producer;
    private RecordSerializer<TopologyEventRecord> events;
    private RecordSerializer<WindowsRecord> windows;
    private final List<Long> offsetsOfEvents = new ArrayList<>();

    @BeforeEach
    void startServers() {
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        kafka =
                new EmbeddedKafka(
                                folder.resolve("kafka"),
                                1,
                                Map.of("group.initial.rebalance.delay.ms", "0"))
                        .start();
        registryServer = EmbeddedRegistry.inMemory().start();
        s3 = EmbeddedS3.withFaultsIn(folder.resolve("s3")).start();
        s3.createBucket("archive");
        store = BucketUri.parse(bucket()).open();
        SchemaRegistry registry =
                new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));
        events = new RecordSerializer<>(registry, TopologyEventRecord.getClassSchema());
        windows = new RecordSerializer<>(registry, WindowsRecord.getClassSchema());
    }

    @AfterEach
    void stopServers() {
        if (producer != null) {
            producer.close();
        }
        store.close();
        s3.close();
        registryServer.close();
        kafka.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void killedAtAnyPointTheTimelineIsStoredOnceAndTrue() throws Exception {
        long seed = Long.getLong("tidemark.test.seed", 30);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TimelineScript script = new TimelineScript(seed);
        try (SinkProcess noTopicsYet = start()) {
            archiveConfigServers(noTopicsYet);
        }
        createTopics();
        for (int kill = 0; kill < KILLS; kill++) {
            publish(script, 1 + random.nextInt(30));
            int before = objects();
            try (SinkProcess sink = start()) {
                if (random.nextBoolean()) {
                    Thread.sleep(500 + random.nextInt(2_000));
                } else {
                    sink.awaitWhileItGoesOn(
                            () -> 0, () -> objects() > before, () -> "another timeline object");
                    Thread.sleep(random.nextInt(150));
                }
                assertThat(sink.isAlive()).as(sink.log()).isTrue();
                sink.kill();
            }
            requireTrue(script);
        }
        publish(script, 5);

        try (SinkProcess sink = start()) {
            sink.awaitWhileItGoesOn(
                    this::objects,
                    () -> captured().equals(Optional.of(script.captured())),
                    () -> "windows at " + script.captured() + "; there are " + captured());
            assertThat(sink.stop()).as(sink.log()).isEqualTo(143);
        }

        requireTrue(script);
        assertThat(reader().events().events()).isEqualTo(TimelineScript.standing(script.events));
        assertThat(StoredLines.offsetsOfEvents(store)).isEqualTo(offsetsOfEvents);
    }

    @Test
    void aTimelineThatCantBeStoredIsSeenInTheMetersAndGoesOnLater() throws Exception {
        TimelineScript script = new TimelineScript(31);
        try (SinkProcess noTopicsYet = start()) {
            archiveConfigServers(noTopicsYet);
        }
        createTopics();
        publish(script, 5);
        s3.faults().next(6, "PUT", "timeline", new HttpFault.Refused(503));
        Map<String, String> settings = settings();
        settings.put("metrics.stall.after", "5s");

        try (WatchedSink sink = new WatchedSink(settings)) {
            awaitValue(sink, "tidemark_sink_timeline_failures_total", 1);
            assertThat(sink.value("tidemark_sink_timeline_failing")).isEqualTo(1);
            await().atMost(PATIENCE).until(() -> sink.health() == 503);
            assertThat(sink.get("/healthz").body()).contains("timeline: not archived for");

            awaitValue(sink, "tidemark_sink_timeline_objects_total{kind=\"windows\"}", 1);
            assertThat(sink.value("tidemark_sink_timeline_failing")).isZero();
            assertThat(sink.value("tidemark_sink_timeline_age_seconds{kind=\"windows\"}"))
                    .isLessThan(90);
            await().atMost(PATIENCE).until(() -> sink.health() == 200);
            awaitValue(sink, "tidemark_sink_timeline_objects_total{kind=\"events\"}", 1);
        }
    }

    private static void awaitValue(WatchedSink sink, String name, double least) {
        await().atMost(PATIENCE).until(() -> sink.value(name) >= least);
    }

    /** What was killed in the middle left nothing wrong behind. */
    private void requireTrue(TimelineScript script) {
        StoredWindows.Newest newest = reader().newestWindows();
        assertThat(newest.damaged()).isEmpty();
        assertThat(reader().events().damaged()).isEmpty();
        newest.windows()
                .ifPresent(
                        stored ->
                                assertThat(stored.parts())
                                        .containsExactlyInAnyOrderElementsOf(
                                                script.truths
                                                        .get(stored.captured().toString())
                                                        .parts()
                                                        .values()));
    }

    /** Under whose incarnation the timeline lies. */
    private void archiveConfigServers(SinkProcess sink) throws Exception {
        ReplicaSet config = new ReplicaSet(TimelineScript.CONFIG_SET);
        OplogScript script = new OplogScript(1).start().some(20, 100).pause(100).noop();
        try (KafkaSource source =
                new KafkaSource(
                        kafka.bootstrapServers(),
                        new ConfluentRestRegistry(RegistryConfig.of(registryServer.url())))) {
            source.createTopic(NAMES.oplog(config));
            source.publish(NAMES.oplog(config), script.records(), 100);
        }
        Archive archive = new Archive(store, CLUSTER);
        sink.awaitWhileItGoesOn(
                () -> 0, () -> !archive.ranges(config).isEmpty(), () -> "a slice of " + config);
        assertThat(sink.stop()).as(sink.log()).isEqualTo(143);
    }

    private void createTopics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            NewTopic compacted =
                    new NewTopic(NAMES.windows(), Optional.of(1), Optional.of((short) 1))
                            .configs(
                                    Map.of(
                                            "cleanup.policy", "compact",
                                            "segment.ms", "1000",
                                            "min.cleanable.dirty.ratio", "0.01"));
            NewTopic plain = new NewTopic(NAMES.events(), Optional.of(1), Optional.of((short) 1));
            admin.createTopics(List.of(compacted, plain)).all().get();
        }
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrapServers(),
                                "transactional.id",
                                "streams"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
    }

    /** As streams does: a round is one transaction, some are aborted and done again. */
    private void publish(TimelineScript script, int rounds) throws Exception {
        for (int i = 0; i < rounds; i++) {
            TimelineScript.Round round = script.round();
            if (i % 3 == 0) {
                producer.beginTransaction();
                send(round);
                producer.flush();
                producer.abortTransaction();
            }
            producer.beginTransaction();
            List<Future<RecordMetadata>> told = send(round);
            producer.commitTransaction();
            for (Future<RecordMetadata> event : told) {
                offsetsOfEvents.add(event.get().offset());
            }
        }
    }

    private List<Future<RecordMetadata>> send(TimelineScript.Round round) {
        List<Future<RecordMetadata>> told = new ArrayList<>();
        for (TimelineScript.Event event : round.events()) {
            byte[] value = events.serialize(NAMES.events(), event.event());
            told.add(send(NAMES.events(), event.id(), value));
        }
        for (TimelineScript.Part part : round.parts()) {
            send(NAMES.windows(), part.key(), windows.serialize(NAMES.windows(), part.part()));
        }
        return told;
    }

    private Future<RecordMetadata> send(String topic, String key, byte[] value) {
        return producer.send(
                new ProducerRecord<>(topic, 0, key.getBytes(StandardCharsets.UTF_8), value));
    }

    private int objects() {
        return StoredLines.keys(store, "events").size() + StoredLines.keys(store, "windows").size();
    }

    private Optional<ClusterTime> captured() {
        return reader().newestWindows().windows().map(StoredWindows::captured);
    }

    private TimelineReader reader() {
        return new TimelineReader(store, CLUSTER, FrameKeys.NONE);
    }

    private SinkProcess start() throws Exception {
        return SinkProcess.start(
                folder,
                settings(),
                "-Xmx256m",
                "-Daws.accessKeyId=" + EmbeddedS3.ACCESS_KEY,
                "-Daws.secretAccessKey=" + EmbeddedS3.SECRET_KEY);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("cluster", CLUSTER.value());
        settings.put("bucket", bucket());
        settings.put("registry.urls", registryServer.url().toString());
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        // A static member: the next process is given its topics without waiting for the dead one.
        settings.put("kafka.group.instance.id", "one");
        settings.put("kafka.session.timeout.ms", "300000");
        settings.put("kafka.metadata.max.age.ms", "1000");
        settings.put("timeline.interval", "1s");
        settings.put("spill.dir", folder.resolve("spill").toString());
        return settings;
    }

    private String bucket() {
        return "s3://archive/x?endpoint=" + s3.endpoint() + "&region=us-east-1&pathStyle=true";
    }
}
