package io.tidemark.streams;

import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.streams.fold.FoldProcessor;
import io.tidemark.streams.fold.FoldSettings;
import io.tidemark.streams.fold.FoldStores;
import io.tidemark.streams.tag.HintProcessor;
import io.tidemark.streams.tag.TagProcessor;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The way of a record:
 *
 * <pre>
 * oplog topics ─▶ lane 0…3: tag, by headers ─▶ signals (one partition each) ─┐
 * capture-status, archive-progress, base-snapshots ─▶ hints ────────────────┴▶ fold ─▶ events, windows
 * </pre>
 *
 * <p>An oplog topic has one partition, and Kafka Streams gives all first partitions of a source to
 * one task. So that several instances share the reading, there are several sources: a topic's lane
 * is given by the last letter of its name.
 */
public final class TimelineTopology {
    /** Fixed: another number is another topology, which can't use the old one's state. */
    private static final int LANES = 4;

    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    private static final Serde<byte[]> BYTES = Serdes.ByteArray();
    private static final Consumed<byte[], byte[]> FROM_THE_FIRST =
            Consumed.with(BYTES, BYTES).withOffsetResetPolicy(AutoOffsetReset.earliest());

    private final TopicNames names;
    private final SchemaRegistry registry;
    private final FoldSettings fold;
    private final Duration frontierInterval;
    private final ToLongFunction<String> beginnings;

    /**
     * @param beginnings the first offset that a topic still keeps
     */
    public TimelineTopology(
            TopicNames names,
            SchemaRegistry registry,
            FoldSettings fold,
            Duration frontierInterval,
            ToLongFunction<String> beginnings) {
        this.names = names;
        this.registry = registry;
        this.fold = fold;
        this.frontierInterval = frontierInterval;
        this.beginnings = beginnings;
    }

    public Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<byte[], byte[]> signals = hints(builder);
        for (int lane = 0; lane < LANES; lane++) {
            signals = signals.merge(lane(builder, lane));
        }
        foldStores().forEach(builder::addStateStore);
        signals.process(
                () -> new FoldProcessor(names, registry, fold),
                Named.as("fold"),
                FoldStores.STATE,
                FoldStores.LOG,
                FoldStores.EVENTS,
                FoldStores.WINDOWS);
        Topology topology = builder.build();
        ByteArraySerializer bytes = new ByteArraySerializer();
        topology.addSink(FoldProcessor.EVENTS_SINK, names.events(), bytes, bytes, "fold");
        topology.addSink(FoldProcessor.WINDOWS_SINK, names.windows(), bytes, bytes, "fold");
        return topology;
    }

    private KStream<byte[], byte[]> hints(StreamsBuilder builder) {
        List<String> topics =
                List.of(names.captureStatus(), names.archiveProgress(), names.baseSnapshots());
        return builder.stream(topics, FROM_THE_FIRST)
                .process(() -> new HintProcessor(names, registry), Named.as("hints"));
    }

    private KStream<byte[], byte[]> lane(StreamsBuilder builder, int lane) {
        String store = "places-" + lane;
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(store), Serdes.String(), BYTES)
                        .withCachingEnabled());
        return builder.stream(topics(lane), FROM_THE_FIRST)
                .process(
                        () ->
                                new TagProcessor(
                                        names, registry, store, frontierInterval, beginnings),
                        Named.as("tag-" + lane),
                        store)
                .repartition(
                        Repartitioned.<byte[], byte[]>as("signals-" + lane)
                                .withKeySerde(BYTES)
                                .withValueSerde(BYTES)
                                .withNumberOfPartitions(1));
    }

    /** The oplog topics of a lane; every one is in exactly one. */
    Pattern topics(int lane) {
        StringBuilder last = new StringBuilder();
        for (char letter : LETTERS.toCharArray()) {
            if (letter % LANES == lane) {
                last.append(letter == '-' ? "\\-" : letter);
            }
        }
        return Pattern.compile(names.allOplogs().pattern() + "(?<=[" + last + "])");
    }

    private static List<StoreBuilder<?>> foldStores() {
        return List.of(
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(FoldStores.STATE),
                                Serdes.String(),
                                BYTES)
                        .withCachingEnabled(),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(FoldStores.LOG), Serdes.Long(), BYTES),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(FoldStores.EVENTS), Serdes.String(), BYTES),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(FoldStores.WINDOWS),
                        Serdes.String(),
                        BYTES));
    }
}
