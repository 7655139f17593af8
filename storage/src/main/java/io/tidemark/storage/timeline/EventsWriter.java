package io.tidemark.storage.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.EventEvidence;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.wire.RecordJson;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.FramedWriter;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.slice.KafkaRange;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Builds one {@code events} object from neighbouring records of the events topic, in their order:
 * one JSON line each, {@code {"offset", "id", "event"}}, the event null where the topic forgets it.
 * The same records behind the same object give the same bytes. Memory is what the options' budget
 * gives. One thread at a time.
 */
public final class EventsWriter implements AutoCloseable {
    private final ClusterName cluster;
    private final ClusterTime after;
    private final String topicId;
    private final FramedWriter frames;
    private ClusterTime reached;
    private long firstOffset = -1;
    private long lastOffset = -1;

    /**
     * @param after the end of the events object before; {@link ClusterTime#ZERO} for the first
     * @param topicId of the events topic
     */
    public EventsWriter(
            ClusterName cluster, ClusterTime after, String topicId, FrameOptions options) {
        this.cluster = cluster;
        this.after = after;
        this.topicId = topicId;
        this.frames = new FramedWriter(options);
        this.reached = after;
    }

    /**
     * @param id the record's key
     * @param event empty for a tombstone
     * @throws IllegalArgumentException if a cluster time in it is none
     */
    public void add(long offset, String id, Optional<TopologyEventRecord> event) {
        ObjectNode line = JsonFields.newObject().put("offset", offset).put("id", id);
        line.set("event", event.map(RecordJson::write).orElse(null));
        event.ifPresent(this::reach);
        frames.addLine(line(line));
        firstOffset = firstOffset < 0 ? offset : firstOffset;
        lastOffset = offset;
    }

    static byte[] line(ObjectNode json) {
        return (new String(JsonFields.bytes(json), StandardCharsets.UTF_8) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void reach(TopologyEventRecord event) {
        reach(event.getFrom());
        reach(event.getThrough());
        reach(event.getCriticalFrom());
        reach(event.getDecidedAt());
        for (EventEvidence evidence : event.getEvidence()) {
            reach(evidence.getAt());
        }
    }

    private void reach(String text) {
        if (text != null) {
            ClusterTime time =
                    ClusterTime.parse(text)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    text + " is no cluster time"));
            reached = time.isAfter(reached) ? time : reached;
        }
    }

    public boolean isEmpty() {
        return lastOffset < 0;
    }

    /** Of the lines added so far. */
    public long rawBytes() {
        return frames.rawBytes();
    }

    /**
     * Ends the object. At least one record must have been added. Records that tell of no later time
     * than the object before still get a place of their own behind it.
     *
     * @param incarnation of the config servers
     */
    public SealedTimeline seal(Incarnation incarnation) {
        ClusterTime through = reached.isAfter(after) ? reached : after.next();
        ObjectKey.OfTimeline key =
                new ObjectKey.OfTimeline(
                        cluster, incarnation, after, through, ObjectKey.OfTimeline.EVENTS);
        TimelineHeader header =
                new TimelineHeader(
                        key, frames.documents(), new KafkaRange(topicId, firstOffset, lastOffset));
        return new SealedTimeline(header, frames.seal(key.text(), header.toJson()));
    }

    @Override
    public void close() {
        frames.close();
    }
}
