package io.tidemark.sink.timeline;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.sink.timeline.TimelineTopics.Published;
import io.tidemark.sink.timeline.TimelineTopics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * Both topics in memory. A round is committed on the windows topic first: its events may be seen
 * some polls later. Windows are compacted now and then, as a broker may.
 */
final class MemoryTimelineTopics {
    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<TopologyEventRecord> events =
            new RecordSerializer<>(registry, TopologyEventRecord.getClassSchema());
    private final RecordSerializer<WindowsRecord> windows =
            new RecordSerializer<>(registry, WindowsRecord.getClassSchema());
    private final RecordDeserializer<TopologyEventRecord> readEvents =
            new RecordDeserializer<>(
                    registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
    private final RecordDeserializer<WindowsRecord> readWindows =
            new RecordDeserializer<>(registry, WindowsRecord.class, WindowsRecord.getClassSchema());
    private final Map<Topic, Log> logs = new EnumMap<>(Topic.class);
    private final List<Reader> readers = new ArrayList<>();
    private final Random random;

    private static final class Log {
        final String id = UUID.randomUUID().toString();
        final List<Published> records = new ArrayList<>();
        long end;
        long committed;
    }

    MemoryTimelineTopics(Random random) {
        this.random = random;
    }

    TopologyEventRecord event(byte[] value) {
        return readEvents.deserialize("events", value);
    }

    WindowsRecord part(byte[] value) {
        return readWindows.deserialize("windows", value);
    }

    void publish(TimelineScript.Round round) {
        Log told = logs.computeIfAbsent(Topic.EVENTS, t -> new Log());
        for (TimelineScript.Event event : round.events()) {
            add(Topic.EVENTS, told, event.id(), events.serialize("events", event.event()));
        }
        Log log = logs.computeIfAbsent(Topic.WINDOWS, t -> new Log());
        for (TimelineScript.Part part : round.parts()) {
            add(Topic.WINDOWS, log, part.key(), windows.serialize("windows", part.part()));
        }
        log.end++; // a transaction's marker
        told.end++;
        log.committed = log.end;
        if (random.nextInt(3) == 0) {
            compact(log);
        }
    }

    private static void add(Topic topic, Log log, String key, byte[] value) {
        log.records.add(new Published(topic, log.end++, key, value));
    }

    /** Of the n-th event, from 1 on; -1 for none. */
    long offsetOfEvent(int n) {
        return n == 0 ? -1 : logs.get(Topic.EVENTS).records.get(n - 1).offset();
    }

    List<Long> offsetsOfEvents() {
        return logs.get(Topic.EVENTS).records.stream().map(Published::offset).toList();
    }

    void commitEvents() {
        Log told = logs.get(Topic.EVENTS);
        if (told != null) {
            told.committed = told.end;
        }
    }

    /**
     * Up to some record, each key's last one stays. Tombstones may go when readers have seen them:
     * a broker keeps them for {@code delete.retention.ms}.
     */
    private void compact(Log log) {
        int through = random.nextInt(log.records.size());
        long seen =
                random.nextBoolean()
                        ? readers.stream().mapToLong(r -> r.position(Topic.WINDOWS)).min().orElse(0)
                        : 0;
        Set<String> later = new HashSet<>();
        for (int i = through; i >= 0; i--) {
            Published record = log.records.get(i);
            boolean gone = record.value() == null && record.offset() < seen;
            boolean keep = later.add(record.key()) && !gone;
            if (!keep) {
                log.records.remove(i);
            }
        }
    }

    /** Streams began anew. */
    void recreate(Topic topic) {
        logs.put(topic, new Log());
    }

    Reader reader() {
        Reader reader = new Reader();
        readers.add(reader);
        return reader;
    }

    /** Its process was killed. */
    void kill(Reader reader) {
        readers.remove(reader);
    }

    /** One worker's view; what it is given at a poll is up to chance. */
    final class Reader implements TimelineTopics {
        private final Map<Topic, Long> positions = new EnumMap<>(Topic.class);
        private Set<Topic> assigned = EnumSet.noneOf(Topic.class);
        private Set<Topic> paused = EnumSet.noneOf(Topic.class);
        private Assigned listener;

        @Override
        public void subscribe(Assigned toListener) {
            listener = toListener;
        }

        @Override
        public Polled poll(Duration atMost) {
            if (!assigned.equals(logs.keySet()) || random.nextInt(40) == 0) {
                assigned = new HashSet<>(logs.keySet());
                positions.clear();
                listener.assigned(Set.copyOf(assigned));
                return new Polled(List.of(), Set.of());
            }
            if (random.nextInt(3) == 0) {
                commitEvents();
            }
            List<Published> read = new ArrayList<>();
            Set<Topic> out = EnumSet.noneOf(Topic.class);
            for (Topic topic : assigned) {
                if (positions.containsKey(topic) && positions.get(topic) > logs.get(topic).end) {
                    out.add(topic);
                } else if (positions.containsKey(topic) && !paused.contains(topic)) {
                    read(topic, read);
                }
            }
            return new Polled(read, out);
        }

        private void read(Topic topic, List<Published> read) {
            Log log = logs.get(topic);
            int most = random.nextInt(15);
            long position = positions.get(topic);
            for (Published record : List.copyOf(log.records)) {
                if (record.offset() >= position && record.offset() < log.committed) {
                    if (most-- == 0) {
                        positions.put(topic, position);
                        return;
                    }
                    read.add(record);
                    position = record.offset() + 1;
                }
            }
            positions.put(topic, Math.max(position, log.committed));
        }

        @Override
        public void seek(Topic topic, long offset) {
            positions.put(topic, offset);
        }

        @Override
        public void pauseOnly(Set<Topic> topics) {
            paused = Set.copyOf(topics);
        }

        @Override
        public long position(Topic topic) {
            return positions.getOrDefault(topic, 0L);
        }

        @Override
        public long committedEnd(Topic topic) {
            return logs.get(topic).committed;
        }

        @Override
        public TopicState state(Topic topic) {
            Log log = logs.get(topic);
            return new TopicState(log.id, 0, log.end);
        }

        @Override
        public void commit(Topic topic, long nextOffset) {
            // Committed offsets decide nothing.
        }

        @Override
        public void wakeup() {
            // poll never waits.
        }

        @Override
        public void close() {
            readers.remove(this);
        }
    }
}
