package io.tidemark.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.Span;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.wire.EventRecords;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Events survive the way over the topic. */
class EventWireTest {
    private static final String TOPIC = "tidemark.shop.events";
    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<TopologyEventRecord> serializer =
            new RecordSerializer<>(registry, TopologyEventRecord.getClassSchema());
    private final RecordDeserializer<TopologyEventRecord> deserializer =
            new RecordDeserializer<>(
                    registry, TopologyEventRecord.class, TopologyEventRecord.getClassSchema());

    @Property
    void everyEventIsReadAsItWasWritten(@ForAll("events") TopologyEvent event) {
        byte[] value = serializer.serialize(TOPIC, EventRecords.record(event));
        assertThat(EventRecords.event(deserializer.deserialize(TOPIC, value))).isEqualTo(event);
    }

    @Test
    void aKindOfAFutureVersionIsUnsafeUnderBothPolicies() {
        TopologyEventRecord record = EventRecords.record(events().sample());
        record.setKind("mergeShards");
        EventKind kind = EventRecords.event(record).kind();
        assertThat(kind).isEqualTo(EventKind.UNKNOWN);
        assertThat(kind.exactUnsafe() && kind.strictUnsafe()).isTrue();
    }

    @Provide
    Arbitrary<TopologyEvent> events() {
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(12);
        Arbitrary<ChunkRange> chunk =
                Arbitraries.integers()
                        .map(
                                i ->
                                        new ChunkRange(
                                                Doc.of("{x:" + i + "}"),
                                                Doc.of("{y:'" + i + "'}")));
        Arbitrary<Evidence> evidence =
                Combinators.combine(times(), text)
                        .as((at, what) -> new Evidence(at, new ReplicaSet("rs0"), what));
        return Combinators.combine(
                        text,
                        Arbitraries.of(EventKind.class),
                        text,
                        text.list().ofMaxSize(3),
                        spans(),
                        Arbitraries.of(Outcome.class),
                        chunk.list().ofMaxSize(3),
                        evidence.list().ofMaxSize(4))
                .as(
                        (id, kind, name, shards, span, outcome, chunks, seen) ->
                                new TopologyEvent(
                                        id,
                                        kind,
                                        name,
                                        name + ".ns",
                                        name,
                                        shards,
                                        span,
                                        outcome,
                                        chunks,
                                        seen));
    }

    private static Arbitrary<Span> spans() {
        return Combinators.combine(
                        times(),
                        Arbitraries.longs().between(0, 1000),
                        times().optional(),
                        times().optional(),
                        Arbitraries.of(true, false))
                .as(
                        (from, lasts, critical, decided, seen) ->
                                new Span(
                                        from,
                                        decided.map(
                                                d ->
                                                        new ClusterTime(
                                                                Math.min(
                                                                        0xFFFF_FFFFL,
                                                                        from.seconds() + lasts),
                                                                0xFFFF_FFFFL)),
                                        critical,
                                        decided,
                                        seen));
    }

    private static Arbitrary<ClusterTime> times() {
        Arbitrary<Long> part = Arbitraries.longs().between(0, 0xFFFF_FFFFL);
        return Combinators.combine(part, part).as(ClusterTime::new);
    }
}
