package io.tidemark.streams.tag;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.streams.signal.Signal;
import io.tidemark.streams.signal.SignalCodec;
import io.tidemark.timeline.tag.Tagger;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Oplog topics to signals. Writes to collections that no fact is about, nearly all records, are
 * told by their headers and never decoded; they move the frontier, which is told now and then.
 */
public final class TagProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private static final Logger LOGGER = LoggerFactory.getLogger(TagProcessor.class);
    private static final byte[] CRUD = RecordKind.CRUD.name().getBytes(UTF_8);
    private final TopicNames names;
    private final RecordDeserializer<OplogRecord> deserializer;
    private final RecordTime time;
    private final String storeName;
    private final Duration frontierInterval;
    private final ToLongFunction<String> beginnings;
    private final Map<String, TaggedSet> byTopic = new HashMap<>();
    private Map<ReplicaSet, TaggedSet> sets = new HashMap<>();
    private ProcessorContext<byte[], byte[]> context;
    private PlaceStore store;

    /**
     * @param frontierInterval how often, by the wall clock, frontiers are told
     * @param beginnings the first offset that a topic still keeps; asked when offsets were skipped
     */
    public TagProcessor(
            TopicNames names,
            SchemaRegistry registry,
            String storeName,
            Duration frontierInterval,
            ToLongFunction<String> beginnings) {
        this.names = names;
        this.deserializer =
                new RecordDeserializer<>(registry, OplogRecord.class, OplogRecord.getClassSchema());
        this.time = new RecordTime(registry, deserializer);
        this.storeName = storeName;
        this.frontierInterval = frontierInterval;
        this.beginnings = beginnings;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> processorContext) {
        context = processorContext;
        store = new PlaceStore(context.getStateStore(storeName));
        sets = store.load();
        context.schedule(
                frontierInterval, PunctuationType.WALL_CLOCK_TIME, now -> tellFrontiers(now));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata place = context.recordMetadata().orElseThrow();
        String topic = place.topic();
        TaggedSet set = byTopic.computeIfAbsent(topic, this::setOf);
        boolean lost = set.skipsTo(place.offset()) && keepsNotAll(topic, set);
        if (holdsNoFact(record)) {
            ClusterTime at = time.of(topic, record.value());
            if (lost) {
                set.missed(at).ifPresent(signal -> forward(set, signal, record.timestamp()));
            }
            set.skip(at).ifPresent(signal -> forward(set, signal, record.timestamp()));
        } else {
            OplogRecord read = deserializer.deserialize(topic, record.value());
            // A START tells by itself what lies between it and what was read before.
            if (lost && read.getKind() != RecordKind.START) {
                set.missed(OplogRecords.clusterTime(read))
                        .ifPresent(signal -> forward(set, signal, record.timestamp()));
            }
            set.read(read).forEach(signal -> forward(set, signal, record.timestamp()));
            store.putParts(set);
        }
        set.readUpTo(place.offset());
        store.put(set);
    }

    /**
     * Kafka goes on silently at the first record it still has where the next one is gone. An
     * instance that was away for longer than the topic's retention must tell what it missed.
     */
    private boolean keepsNotAll(String topic, TaggedSet set) {
        long first = beginnings.applyAsLong(topic);
        if (first <= set.offset() + 1) {
            return false;
        }
        LOGGER.atError()
                .addKeyValue("topic", topic)
                .addKeyValue("read", set.offset())
                .addKeyValue("kept", first)
                .log(
                        "Records were deleted before the timeline read them: their time becomes a"
                                + " gap. The archive may hold them: windows --rebuild reads it");
        return true;
    }

    private static boolean holdsNoFact(Record<byte[], byte[]> record) {
        Header kind = record.headers().lastHeader(OplogRecords.KIND_HEADER);
        Header ns = record.headers().lastHeader(OplogRecords.NAMESPACE_HEADER);
        return kind != null
                && ns != null
                && Arrays.equals(kind.value(), CRUD)
                && !Tagger.isWatched(new String(ns.value(), UTF_8));
    }

    private void tellFrontiers(long nowMillis) {
        for (TaggedSet set : sets.values()) {
            set.frontier().ifPresent(signal -> forward(set, signal, nowMillis));
        }
    }

    private void forward(TaggedSet set, Signal signal, long timestamp) {
        byte[] key = set.replicaSet().name().getBytes(UTF_8);
        context.forward(new Record<>(key, SignalCodec.write(signal), Math.max(0, timestamp)));
    }

    private TaggedSet setOf(String topic) {
        ReplicaSet replicaSet =
                names.replicaSetOf(topic)
                        .orElseThrow(() -> new IllegalStateException(topic + " is no oplog topic"));
        return sets.computeIfAbsent(replicaSet, TaggedSet::new);
    }
}
