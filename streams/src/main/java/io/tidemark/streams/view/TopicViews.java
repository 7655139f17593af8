package io.tidemark.streams.view;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.wire.EventRecords;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What stands on {@code .events} and {@code .windows}, read from their beginnings and followed by a
 * thread of its own. Every instance has all of it, whichever of them folds.
 */
public final class TopicViews implements TimelineViews, AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final Comparator<TopologyEvent> BY_START =
            Comparator.comparing(TopologyEvent::from).thenComparing(TopologyEvent::id);

    private final ClusterName cluster;
    private final Map<String, Object> client;
    private final RecordDeserializer<TopologyEventRecord> eventReader;
    private final RecordDeserializer<WindowsRecord> windowsReader;
    private final TopicPartition events;
    private final TopicPartition windows;
    private final Clock clock;
    private final CompletableFuture<Void> ended;

    // Of the thread.
    private final Map<String, TopologyEvent> known = new HashMap<>();
    private final Map<String, WindowsRecord> parts = new HashMap<>();
    private boolean eventsChanged = true;
    private boolean windowsChanged = true;
    private List<TopologyEvent> sorted = List.of();
    private Optional<WindowsContent> content = Optional.empty();

    private volatile Optional<TimelineView> current = Optional.empty();
    private volatile boolean stopping;
    private volatile Consumer<byte[], byte[]> consumer;
    private Thread thread;

    /**
     * @param kafka settings of Kafka's clients
     * @param ended completed exceptionally if a record can't be read
     */
    public TopicViews(
            ClusterName cluster,
            Map<String, String> kafka,
            SchemaRegistry registry,
            Clock clock,
            CompletableFuture<Void> ended) {
        TopicNames names = new TopicNames(cluster);
        this.cluster = cluster;
        this.client = new HashMap<>(kafka);
        this.events = new TopicPartition(names.events(), 0);
        this.windows = new TopicPartition(names.windows(), 0);
        this.clock = clock;
        this.ended = ended;
        this.eventReader =
                new RecordDeserializer<>(
                        registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
        this.windowsReader =
                new RecordDeserializer<>(
                        registry, WindowsRecord.class, WindowsRecord.getClassSchema());
        client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        client.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    }

    /** Reads in a thread of its own. The topics must exist. */
    public void start() {
        consumer =
                new KafkaConsumer<>(
                        client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(events, windows));
        consumer.seekToBeginning(consumer.assignment());
        thread = new Thread(this::run, "timeline-view");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Optional<TimelineView> current() {
        return current;
    }

    /** Idempotent. */
    @Override
    public void close() {
        stopping = true;
        if (thread == null) {
            return;
        }
        consumer.wakeup();
        try {
            thread.join(STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (Consumer<byte[], byte[]> own = consumer) {
            while (!stopping) {
                own.poll(POLL).forEach(this::take);
                if (isAtEnd(own)) {
                    look();
                }
            }
        } catch (WakeupException e) {
            if (!stopping) {
                ended.completeExceptionally(e);
            }
        } catch (RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    /**
     * Each topic's end lies between transactions, where all of its parts fit each other. The two
     * topics' marks of one transaction come one after the other: events may be told a moment later
     * than the windows that they change, or before.
     */
    private boolean isAtEnd(Consumer<byte[], byte[]> own) {
        return own.assignment().stream().allMatch(p -> own.currentLag(p).orElse(1) == 0);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (record.topic().equals(events.topic())) {
            eventsChanged = true;
            if (record.value() == null) {
                known.remove(key);
            } else {
                known.put(
                        key,
                        EventRecords.event(
                                eventReader.deserialize(events.topic(), record.value())));
            }
        } else {
            windowsChanged = true;
            if (record.value() == null) {
                parts.remove(key);
            } else {
                parts.put(key, windowsReader.deserialize(windows.topic(), record.value()));
            }
        }
    }

    private void look() {
        if (!eventsChanged && !windowsChanged) {
            current = current.map(view -> view.upToDate(clock.instant()));
            return;
        }
        if (eventsChanged) {
            sorted = known.values().stream().sorted(BY_START).toList();
        }
        if (windowsChanged) {
            content = WindowsRecords.content(parts.values());
        }
        eventsChanged = false;
        windowsChanged = false;
        current = content.map(told -> new TimelineView(cluster, told, sorted, clock.instant()));
    }
}
