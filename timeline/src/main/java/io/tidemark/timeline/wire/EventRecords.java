package io.tidemark.timeline.wire;

import io.tidemark.schemas.avro.EventChunk;
import io.tidemark.schemas.avro.EventEvidence;
import io.tidemark.schemas.avro.EventOutcome;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.Span;
import io.tidemark.timeline.event.TopologyEvent;
import java.nio.ByteBuffer;
import java.util.List;

/** Between {@link TopologyEvent} and its record on {@code .events} and in the bucket. */
public final class EventRecords {
    private EventRecords() {}

    public static TopologyEventRecord record(TopologyEvent event) {
        TopologyEventRecord record = new TopologyEventRecord();
        record.setId(event.id());
        record.setKind(event.kind().code());
        record.setWhat(event.what());
        record.setNs(event.ns());
        record.setTarget(event.target());
        record.setShards(event.shards());
        record.setFrom(event.from().toString());
        record.setThrough(Times.writeOptional(event.through()));
        record.setCriticalFrom(Times.writeOptional(event.span().criticalFrom()));
        record.setDecidedAt(Times.writeOptional(event.span().decidedAt()));
        record.setStartSeen(event.span().startSeen());
        record.setOutcome(EventOutcome.valueOf(event.outcome().name()));
        record.setChunks(event.chunks().stream().map(EventRecords::chunk).toList());
        record.setEvidence(event.evidence().stream().map(EventRecords::evidence).toList());
        return record;
    }

    /**
     * The event of a record. A kind that this version doesn't know is {@link EventKind#UNKNOWN}:
     * both policies refuse it.
     *
     * @throws IllegalArgumentException if a text in it is no cluster time or replica set
     */
    public static TopologyEvent event(TopologyEventRecord record) {
        Span span =
                new Span(
                        Times.read(record.getFrom()),
                        Times.readOptional(record.getThrough()),
                        Times.readOptional(record.getCriticalFrom()),
                        Times.readOptional(record.getDecidedAt()),
                        record.getStartSeen());
        return new TopologyEvent(
                record.getId(),
                kind(record.getKind()),
                record.getWhat(),
                record.getNs(),
                record.getTarget(),
                record.getShards(),
                span,
                Outcome.valueOf(record.getOutcome().name()),
                record.getChunks().stream().map(EventRecords::chunk).toList(),
                evidence(record.getEvidence()));
    }

    private static EventKind kind(String code) {
        for (EventKind kind : EventKind.values()) {
            if (kind.code().equals(code)) {
                return kind;
            }
        }
        return EventKind.UNKNOWN;
    }

    private static EventChunk chunk(ChunkRange range) {
        return new EventChunk(
                ByteBuffer.wrap(range.min().toBytes()), ByteBuffer.wrap(range.max().toBytes()));
    }

    private static ChunkRange chunk(EventChunk chunk) {
        return new ChunkRange(document(chunk.getMin()), document(chunk.getMax()));
    }

    /** A copy of its own: the buffer may be a slice of a much larger record. */
    private static RawDocument document(ByteBuffer bson) {
        byte[] bytes = new byte[bson.remaining()];
        bson.duplicate().get(bytes);
        return RawDocument.of(bytes);
    }

    private static EventEvidence evidence(Evidence evidence) {
        return new EventEvidence(
                evidence.at().toString(), evidence.replicaSet().name(), evidence.what());
    }

    private static List<Evidence> evidence(List<EventEvidence> records) {
        return records.stream()
                .map(
                        e ->
                                new Evidence(
                                        Times.read(e.getAt()),
                                        new ReplicaSet(e.getReplicaSet()),
                                        e.getWhat()))
                .toList();
    }
}
