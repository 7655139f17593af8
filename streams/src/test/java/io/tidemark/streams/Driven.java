package io.tidemark.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.avro.BaseSnapshotRecord;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.ReplicaSetBase;
import io.tidemark.schemas.avro.StatusOptime;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.streams.fold.FoldSettings;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.wire.EventRecords;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The topology without Kafka: records in, what stands on the topics out. */
final class Driven implements AutoCloseable {
    private final TopicNames names = new TopicNames(new ClusterName("shop"));
    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<OplogRecord> oplogs =
            new RecordSerializer<>(registry, OplogRecord.getClassSchema());
    private final RecordDeserializer<TopologyEventRecord> eventReader =
            new RecordDeserializer<>(
                    registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
    private final RecordDeserializer<WindowsRecord> windowsReader =
            new RecordDeserializer<>(registry, WindowsRecord.class, WindowsRecord.getClassSchema());
    private final Path folder = folder();
    private final TopologyTestDriver driver;
    private final TestOutputTopic<byte[], byte[]> events;
    private final TestOutputTopic<byte[], byte[]> windows;
    private final Map<String, WindowsRecord> parts = new TreeMap<>();
    private final List<String> windowKeys = new ArrayList<>();

    /** All records ever written to {@code .events}; null for a tombstone. */
    private final List<Map.Entry<String, TopologyEvent>> told = new ArrayList<>();

    Driven() {
        this(Map.of());
    }

    Driven(Map<String, String> settings) {
        this(config(settings), config(settings).fold());
    }

    /** One in which only so many signals may wait for the cluster's first members. */
    static Driven withEarlySignals(int most) {
        StreamsConfig config = config(Map.of());
        FoldSettings fold = config.fold();
        return new Driven(
                config,
                new FoldSettings(
                        fold.windowsInterval(),
                        fold.retention(),
                        fold.snapshotSignals(),
                        fold.settle(),
                        most,
                        fold.members()));
    }

    private Driven(StreamsConfig config, FoldSettings fold) {
        TimelineTopology topology =
                new TimelineTopology(names, registry, fold, config.frontierInterval(), topic -> 0L);
        Properties properties = new Properties();
        properties.put("application.id", names.streamsApplication());
        properties.put("state.dir", folder.toString());
        driver = new TopologyTestDriver(topology.build(), properties);
        events =
                driver.createOutputTopic(
                        names.events(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        windows =
                driver.createOutputTopic(
                        names.windows(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static StreamsConfig config(Map<String, String> settings) {
        Map<String, String> all =
                new TreeMap<>(
                        Map.of(
                                "cluster", "shop",
                                "kafka.bootstrap.servers", "none:1",
                                "registry.urls", "http://none"));
        all.putAll(settings);
        return StreamsConfig.of(all);
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("tidemark-streams-test");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("no folder for the topology's state", e);
        }
    }

    /** Everything of some oplogs, archived as it comes, and time to publish it. */
    Driven all(Oplog... oplogs) {
        for (Oplog oplog : oplogs) {
            oplog.records().forEach(record -> give(oplog.replicaSet(), record));
        }
        pass();
        for (Oplog oplog : oplogs) {
            archived(oplog);
        }
        return pass();
    }

    void give(ReplicaSet set, OplogRecord record) {
        String topic = names.oplog(set);
        RecordHeaders headers = new RecordHeaders();
        headers.add(OplogRecords.KIND_HEADER, record.getKind().name().getBytes(UTF_8));
        headers.add(OplogRecords.NAMESPACE_HEADER, record.getNs().getBytes(UTF_8));
        input(topic)
                .pipeInput(
                        new TestRecord<>(
                                OplogRecords.key(record),
                                oplogs.serialize(topic, record),
                                headers,
                                1_000L));
    }

    /** A value that no reader could decode, under the headers of a user's write. */
    void giveUndecodable(ReplicaSet set, ClusterTime time) {
        OplogRecord record = new OplogRecord();
        record.setKind(io.tidemark.schemas.avro.RecordKind.CRUD);
        record.setSeconds(time.seconds());
        record.setIncrement(time.increment());
        record.setTerm(1);
        record.setIncarnation(Oplog.FIRST_LIFE.id());
        record.setNs("shop.orders");
        byte[] whole = oplogs.serialize(names.oplog(set), record);
        RecordHeaders headers = new RecordHeaders();
        headers.add(OplogRecords.KIND_HEADER, "CRUD".getBytes(UTF_8));
        headers.add(OplogRecords.NAMESPACE_HEADER, "shop.orders".getBytes(UTF_8));
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length / 2);
        input(names.oplog(set)).pipeInput(new TestRecord<>(new byte[0], cut, headers, 1_000L));
    }

    void archived(Oplog oplog) {
        OplogRecord last = oplog.records().get(oplog.records().size() - 1);
        archived(oplog.replicaSet(), OplogRecords.clusterTime(last));
    }

    void archived(ReplicaSet set, ClusterTime through) {
        ArchiveProgress progress = new ArchiveProgress();
        progress.setReplicaSet(set.name());
        progress.setIncarnation(Oplog.FIRST_LIFE.id());
        progress.setSeconds(through.seconds());
        progress.setIncrement(through.increment());
        progress.setTerm(1);
        progress.setObjectKey("");
        progress.setTopicId("");
        hint(names.archiveProgress(), set.name(), progress);
    }

    void status(String set, String shardId, boolean configServer) {
        CaptureStatus status = new CaptureStatus();
        status.setReplicaSet(set);
        status.setShardId(shardId);
        status.setConfigServer(configServer);
        status.setOwner("agent");
        status.setState("TAILING");
        hint(names.captureStatus(), set, status);
    }

    /** Capture has read a shard that left to its end. */
    void departed(String set, String shardId, ClusterTime through) {
        CaptureStatus status = new CaptureStatus();
        status.setReplicaSet(set);
        status.setShardId(shardId);
        status.setOwner("agent");
        status.setState("DEPARTED");
        status.setCapturedUntil(new StatusOptime(through.seconds(), through.increment(), 1L));
        hint(names.captureStatus(), set, status);
    }

    void base(String id, String set, ClusterTime replayFrom, ClusterTime usableFrom) {
        hint(
                names.baseSnapshots(),
                id,
                new BaseSnapshotRecord(
                        id,
                        List.of(
                                new ReplicaSetBase(
                                        set, replayFrom.toString(), usableFrom.toString()))));
    }

    void basePruned(String id) {
        input(names.baseSnapshots()).pipeInput(new TestRecord<>(id.getBytes(UTF_8), null));
    }

    /** Time goes by: everything known is told. */
    Driven pass() {
        driver.advanceWallClockTime(Duration.ofMillis(300));
        driver.advanceWallClockTime(Duration.ofSeconds(2));
        return this;
    }

    void pass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    /** What was written to {@code .events} so far, in order. */
    List<TopologyEvent> told() {
        read();
        return told.stream().map(Map.Entry::getValue).filter(e -> e != null).toList();
    }

    /** The last record of each id. */
    List<TopologyEvent> events() {
        read();
        Map<String, TopologyEvent> last = new LinkedHashMap<>();
        told.forEach(each -> last.put(each.getKey(), each.getValue()));
        return last.values().stream().filter(e -> e != null).toList();
    }

    /** What {@code .windows} holds, compacted. */
    Map<String, WindowsRecord> parts() {
        read();
        return parts;
    }

    WindowsContent content() {
        return WindowsRecords.content(parts().values()).orElseThrow();
    }

    /** Keys written to {@code .windows} since the last call. */
    List<String> newWindowKeys() {
        read();
        List<String> keys = List.copyOf(windowKeys);
        windowKeys.clear();
        return keys;
    }

    private void read() {
        events.readRecordsToList()
                .forEach(
                        record -> {
                            TopologyEventRecord value =
                                    eventReader.deserialize(names.events(), record.value());
                            told.add(
                                    new java.util.AbstractMap.SimpleEntry<>(
                                            new String(record.key(), UTF_8),
                                            value == null ? null : EventRecords.event(value)));
                        });
        windows.readRecordsToList()
                .forEach(
                        record -> {
                            String key = new String(record.key(), UTF_8);
                            windowKeys.add(key);
                            if (record.value() == null) {
                                parts.remove(key);
                            } else {
                                parts.put(
                                        key,
                                        windowsReader.deserialize(names.windows(), record.value()));
                            }
                        });
    }

    private <T extends SpecificRecord> void hint(String topic, String key, T value) {
        byte[] bytes = new RecordSerializer<T>(registry, value.getSchema()).serialize(topic, value);
        input(topic).pipeInput(new TestRecord<>(key.getBytes(UTF_8), bytes));
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() {
        driver.close();
        try (Stream<Path> left = Files.walk(folder)) {
            left.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("can't remove " + folder, e);
        }
    }
}
