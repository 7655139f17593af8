package io.tidemark.cli.changelog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.streams.StreamsConfig;
import io.tidemark.streams.TimelineTopology;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.wire.EventRecords;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** Oplogs through the topology of {@code tidemark streams}, without Kafka. */
final class LivePath {
    private static final ClusterName CLUSTER = new ClusterName("shop");
    private final TopicNames names = new TopicNames(CLUSTER);
    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final Map<String, TopologyEvent> events = new LinkedHashMap<>();
    private final Map<String, WindowsRecord> parts = new TreeMap<>();

    LivePath(HandMadeOplogs oplogs, Path folder) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("cluster", CLUSTER.value());
        settings.put("kafka.bootstrap.servers", "none:1");
        settings.put("registry.urls", "http://none");
        settings.put("retention", "3650d");
        StreamsConfig config = StreamsConfig.of(settings);
        TimelineTopology topology =
                new TimelineTopology(
                        names, registry, config.fold(), config.frontierInterval(), topic -> 0L);
        Properties properties = new Properties();
        properties.put("application.id", names.streamsApplication());
        properties.put("state.dir", folder.toString());
        try (TopologyTestDriver driver = new TopologyTestDriver(topology.build(), properties)) {
            oplogs.entries().forEach((set, entries) -> give(driver, set, entries, oplogs.gap(set)));
            pass(driver);
            oplogs.entries().forEach((set, all) -> archived(driver, set, HandMadeOplogs.last(all)));
            pass(driver);
            read(driver);
        }
    }

    /** In the order in which they are listed: by start, then by id. */
    List<TopologyEvent> events() {
        return events.values().stream()
                .sorted(Comparator.comparing(TopologyEvent::from).thenComparing(TopologyEvent::id))
                .toList();
    }

    WindowsContent content() {
        return WindowsRecords.content(parts.values()).orElseThrow();
    }

    private void give(
            TopologyTestDriver driver,
            ReplicaSet set,
            List<OplogEntry> entries,
            Optional<Gap> gap) {
        Incarnation life = new Incarnation("65f0c0ffee65f0c0ffee65f0");
        ReplicaSetRole role = HandMadeOplogs.role(set);
        OplogRecord start = OplogRecords.start(new Optime(ClusterTime.ZERO, 1), life, role);
        if (role.equals(ReplicaSetRole.CONFIG_SERVER)) {
            OplogRecords.setShards(start, List.of());
        }
        give(driver, set, start);
        boolean before = true;
        for (OplogEntry entry : entries) {
            if (before && gap.filter(g -> entry.clusterTime().isAfter(g.after())).isPresent()) {
                Optime last = new Optime(gap.get().after(), 1);
                give(driver, set, OplogRecords.gap(gap.get(), last, life));
                before = false;
            }
            give(driver, set, OplogRecords.of(entry, life));
        }
    }

    private void give(TopologyTestDriver driver, ReplicaSet set, OplogRecord record) {
        String topic = names.oplog(set);
        RecordHeaders headers = new RecordHeaders();
        headers.add(OplogRecords.KIND_HEADER, record.getKind().name().getBytes(UTF_8));
        headers.add(OplogRecords.NAMESPACE_HEADER, record.getNs().getBytes(UTF_8));
        byte[] value =
                new RecordSerializer<OplogRecord>(registry, OplogRecord.getClassSchema())
                        .serialize(topic, record);
        driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(OplogRecords.key(record), value, headers, 1_000L));
    }

    private void archived(TopologyTestDriver driver, ReplicaSet set, ClusterTime through) {
        ArchiveProgress progress = new ArchiveProgress();
        progress.setReplicaSet(set.name());
        progress.setIncarnation("65f0c0ffee65f0c0ffee65f0");
        progress.setSeconds(through.seconds());
        progress.setIncrement(through.increment());
        progress.setTerm(1);
        progress.setObjectKey("");
        progress.setTopicId("");
        byte[] value =
                new RecordSerializer<ArchiveProgress>(registry, ArchiveProgress.getClassSchema())
                        .serialize(names.archiveProgress(), progress);
        driver.createInputTopic(
                        names.archiveProgress(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())
                .pipeInput(new TestRecord<>(set.name().getBytes(UTF_8), value));
    }

    /** So long that nothing more is waited for of a shard that leaves. */
    private static void pass(TopologyTestDriver driver) {
        driver.advanceWallClockTime(Duration.ofMillis(300));
        for (int minute = 0; minute < 7; minute++) {
            driver.advanceWallClockTime(Duration.ofMinutes(1));
        }
        driver.advanceWallClockTime(Duration.ofSeconds(2));
    }

    private void read(TopologyTestDriver driver) {
        RecordDeserializer<TopologyEventRecord> eventReader =
                new RecordDeserializer<>(
                        registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
        RecordDeserializer<WindowsRecord> windowsReader =
                new RecordDeserializer<>(
                        registry, WindowsRecord.class, WindowsRecord.getClassSchema());
        for (TestRecord<byte[], byte[]> told : output(driver, names.events())) {
            events.put(
                    new String(told.key(), UTF_8),
                    EventRecords.event(eventReader.deserialize(names.events(), told.value())));
        }
        for (TestRecord<byte[], byte[]> part : output(driver, names.windows())) {
            String key = new String(part.key(), UTF_8);
            if (part.value() == null) {
                parts.remove(key);
            } else {
                parts.put(key, windowsReader.deserialize(names.windows(), part.value()));
            }
        }
    }

    private static List<TestRecord<byte[], byte[]>> output(
            TopologyTestDriver driver, String topic) {
        return driver.createOutputTopic(
                        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }
}
