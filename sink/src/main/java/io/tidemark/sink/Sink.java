package io.tidemark.sink;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.sink.consume.KafkaOplogTopicReader;
import io.tidemark.sink.consume.KafkaTopicFacts;
import io.tidemark.sink.consume.TopicFacts;
import io.tidemark.sink.slice.ArchiverSettings;
import io.tidemark.sink.slice.ReplicaSetArchiver;
import io.tidemark.sink.store.ArchiveEnds;
import io.tidemark.sink.store.KafkaProgressLog;
import io.tidemark.sink.store.ProgressLog;
import io.tidemark.sink.store.RangeStore;
import io.tidemark.sink.timeline.KafkaTimelineTopics;
import io.tidemark.sink.timeline.TimelineArchiver;
import io.tidemark.sink.timeline.TimelineLoop;
import io.tidemark.sink.timeline.TimelineSettings;
import io.tidemark.sink.timeline.TimelineWatch;
import io.tidemark.storage.encryption.FileKeyRing;
import io.tidemark.storage.frames.FrameCodecs;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.MemoryBudget;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;

/** A worker with everything it needs, over real Kafka and a real bucket. */
public final class Sink implements AutoCloseable {
    private static final Duration TIMELINE_PAUSE = Duration.ofSeconds(30);
    private final ObjectStore store;
    private final TopicFacts topics;
    private final ProgressLog progress;
    private final ExecutorService tasks;
    private final ExecutorService puts;
    private final SinkWorker worker;
    private final TimelineLoop timeline;
    private final TimelineWatch watch;

    private Sink(SinkConfig config, SinkMetrics metrics) throws IOException {
        this.watch = metrics.timeline();
        TopicNames names = new TopicNames(config.cluster());
        SchemaRegistry registry = new ConfluentRestRegistry(config.registry());
        FrameOptions frames = frames(config);
        ArchiverSettings settings =
                new ArchiverSettings(
                        config.cluster(), config.roll(), frames, decoder(registry)::deserialize);
        MemoryBudget memory = frames.memory();
        long most = memory.leftBytes();
        metrics.slicesHold(() -> most - memory.leftBytes());
        this.store = config.bucket().open(metrics::storeRetried);
        this.topics = new KafkaTopicFacts(Admin.create(Map.copyOf(config.kafka())));
        this.progress = new KafkaProgressLog(names, config.kafka(), registry);
        this.tasks = Executors.newFixedThreadPool(config.threads(), named("sink-slice-"));
        this.puts = Executors.newFixedThreadPool(config.puts(), named("sink-put-"));
        ArchiveEnds ends = new ArchiveEnds(store, config.cluster());
        RangeStore ranges = new RangeStore(store, config.cluster());
        this.worker =
                new SinkWorker(
                        KafkaOplogTopicReader.of(names, config.kafka()),
                        (partition, putting) ->
                                new ReplicaSetArchiver(
                                        partition, settings, ends, ranges, topics, putting),
                        progress,
                        metrics,
                        limits(config),
                        Clock.systemUTC(),
                        tasks,
                        puts);
        this.timeline =
                new TimelineLoop(
                        () -> timelineArchiver(names, config, frames, registry),
                        watch,
                        TIMELINE_PAUSE,
                        config.stop().multipliedBy(2),
                        worker::stop);
    }

    private TimelineArchiver timelineArchiver(
            TopicNames names, SinkConfig config, FrameOptions frames, SchemaRegistry registry) {
        RecordDeserializer<TopologyEventRecord> events =
                new RecordDeserializer<>(
                        registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
        RecordDeserializer<WindowsRecord> windows =
                new RecordDeserializer<>(
                        registry, WindowsRecord.class, WindowsRecord.getClassSchema());
        TimelineSettings settings =
                new TimelineSettings(
                        config.cluster(),
                        config.timeline().interval(),
                        config.timeline().memoryBytes(),
                        config.stop(),
                        frames,
                        value -> events.deserialize(names.events(), value),
                        value -> windows.deserialize(names.windows(), value));
        return new TimelineArchiver(
                KafkaTimelineTopics.of(names, config.kafka()),
                settings,
                store,
                Clock.systemUTC(),
                watch);
    }

    /** Makes the parts; connections are made when {@link #run} is called. */
    public static Sink of(SinkConfig config, SinkMetrics metrics) throws IOException {
        return new Sink(config, metrics);
    }

    private static RecordDeserializer<OplogRecord> decoder(SchemaRegistry registry) {
        return new RecordDeserializer<>(registry, OplogRecord.class, OplogRecord.getClassSchema());
    }

    private static FrameOptions frames(SinkConfig config) throws IOException {
        FrameOptions frames =
                new FrameOptions(
                        config.compressionLevel(),
                        FrameOptions.DEFAULT_FRAME_BYTES,
                        Optional.empty(),
                        new MemoryBudget(config.memoryBytes() / 2),
                        config.spillFolder(),
                        new FrameCodecs(config.compressionLevel()));
        return config.keyRing().isPresent()
                ? frames.withKeys(FileKeyRing.read(config.keyRing().get()))
                : frames;
    }

    private static SinkLimits limits(SinkConfig config) {
        long queue = config.memoryBytes() / 2;
        return new SinkLimits(queue, queue / 4, config.idle(), config.stop());
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Archives until {@link #stop}.
     *
     * @throws RuntimeException if the worker can't go on; nothing that is in the bucket is harmed,
     *     and a new one goes on where the bucket ends
     */
    public void run() {
        worker.start();
        timeline.start();
        worker.run();
        if (timeline.death().orElse(null) instanceof Error e) {
            throw e;
        }
    }

    /** Makes {@link #run} return soon. Any thread. */
    public void stop() {
        worker.stop();
        timeline.stop();
    }

    /** Puts the last slices, leaves the group, gives everything back. After {@link #run}. */
    @Override
    public void close() {
        try {
            timeline.stop();
            worker.close();
        } finally {
            timeline.close();
            progress.close();
            topics.close();
            tasks.shutdownNow();
            puts.shutdownNow();
            store.close();
        }
    }
}
