package io.tidemark.streams.fold;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.streams.signal.Signal;
import io.tidemark.streams.signal.SignalCodec;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.wire.EventRecords;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The fold's state: a snapshot in pieces, the signals since in their order, the events one by one,
 * and the parts of windows as published. No value grows with the cluster's history.
 *
 * <p>All of it is written with the input's offsets in one transaction: what is found after a crash
 * is the state of one moment.
 */
public final class FoldStores {
    public static final String STATE = "fold-state";
    public static final String LOG = "fold-log";
    public static final String EVENTS = "fold-events";
    public static final String WINDOWS = "fold-windows";
    private static final String SNAPSHOT = "snapshot/";
    private static final String TOLD = "told";
    private static final int PIECE_BYTES = 256 * 1024;

    private final KeyValueStore<String, byte[]> state;
    private final KeyValueStore<Long, byte[]> log;
    private final KeyValueStore<String, byte[]> events;
    private final KeyValueStore<String, byte[]> windows;
    private final String eventsTopic;
    private final String windowsTopic;
    private final RecordSerializer<TopologyEventRecord> eventWriter;
    private final RecordDeserializer<TopologyEventRecord> eventReader;
    private final RecordSerializer<WindowsRecord> windowsWriter;
    private final RecordDeserializer<WindowsRecord> windowsReader;
    private long firstInLog;
    private long nextInLog;
    private long told;

    FoldStores(ProcessorContext<?, ?> context, TopicNames names, SchemaRegistry registry) {
        state = context.getStateStore(STATE);
        log = context.getStateStore(LOG);
        events = context.getStateStore(EVENTS);
        windows = context.getStateStore(WINDOWS);
        eventsTopic = names.events();
        windowsTopic = names.windows();
        eventWriter = new RecordSerializer<>(registry, TopologyEventRecord.getClassSchema());
        eventReader =
                new RecordDeserializer<>(
                        registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());
        windowsWriter = new RecordSerializer<>(registry, WindowsRecord.getClassSchema());
        windowsReader =
                new RecordDeserializer<>(
                        registry, WindowsRecord.class, WindowsRecord.getClassSchema());
    }

    /** The fold as it was at the last commit. */
    Folding load() {
        byte[] counted = state.get(TOLD);
        told = counted == null ? 0 : ByteBuffer.wrap(counted).getLong();
        Folding folding = new Folding(snapshot(), events(), told);
        replay(folding);
        return folding;
    }

    /** The signals that no snapshot covers. */
    long logged() {
        return nextInLog - firstInLog;
    }

    void append(Signal signal) {
        log.put(nextInLog++, SignalCodec.write(signal));
    }

    /** An event is told now. Gives the value of its record. */
    byte[] tell(TopologyEvent event) {
        byte[] value = eventWriter.serialize(eventsTopic, EventRecords.record(event));
        events.put(event.id(), value);
        told++;
        state.put(TOLD, ByteBuffer.allocate(Long.BYTES).putLong(told).array());
        return value;
    }

    void forget(String eventId) {
        events.delete(eventId);
    }

    /** Puts a snapshot in the place of the log. */
    void snapshot(byte[] bytes) {
        int pieces = 0;
        for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
            int to = Math.min(bytes.length, from + PIECE_BYTES);
            state.put(piece(pieces++), Arrays.copyOfRange(bytes, from, to));
        }
        for (int i = pieces; state.get(piece(i)) != null; i++) {
            state.delete(piece(i));
        }
        while (firstInLog < nextInLog) {
            log.delete(firstInLog++);
        }
        told = 0;
        state.put(TOLD, ByteBuffer.allocate(Long.BYTES).putLong(told).array());
    }

    /** The parts on {@code .windows}. */
    Map<String, WindowsRecord> published() {
        Map<String, WindowsRecord> parts = new TreeMap<>();
        each(
                windows,
                (key, value) -> parts.put(key, windowsReader.deserialize(windowsTopic, value)));
        return parts;
    }

    /** A part is published now. Gives the value of its record, null for a tombstone. */
    byte[] publish(String key, Optional<WindowsRecord> part) {
        byte[] value = windowsWriter.serialize(windowsTopic, part.orElse(null));
        windows.put(key, value);
        return value;
    }

    private Optional<byte[]> snapshot() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int pieces = 0;
        for (byte[] piece = state.get(piece(0));
                piece != null;
                piece = state.get(piece(++pieces))) {
            bytes.writeBytes(piece);
        }
        return pieces == 0 ? Optional.empty() : Optional.of(bytes.toByteArray());
    }

    private List<TopologyEvent> events() {
        List<TopologyEvent> kept = new ArrayList<>();
        each(
                events,
                (id, value) ->
                        kept.add(EventRecords.event(eventReader.deserialize(eventsTopic, value))));
        return kept;
    }

    private void replay(Folding folding) {
        boolean any = false;
        try (KeyValueIterator<Long, byte[]> all = log.all()) {
            while (all.hasNext()) {
                KeyValue<Long, byte[]> next = all.next();
                firstInLog = any ? firstInLog : next.key;
                nextInLog = next.key + 1;
                any = true;
                folding.apply(SignalCodec.read(next.value));
            }
        }
    }

    private static void each(
            KeyValueStore<String, byte[]> store, BiConsumer<String, byte[]> consumer) {
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(next -> consumer.accept(next.key, next.value));
        }
    }

    private static String piece(int number) {
        return SNAPSHOT + "%06d".formatted(number);
    }
}
