package io.tidemark.restore.timeline;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.KafkaRange;
import io.tidemark.storage.timeline.EventsWriter;
import io.tidemark.storage.timeline.SealedTimeline;
import io.tidemark.storage.timeline.TimelineHeader;
import io.tidemark.storage.timeline.TimelineReader;
import io.tidemark.storage.timeline.WindowsWriter;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.wire.EventRecords;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a timeline that was computed from the archive into the bucket, beside what the sink may
 * store there: objects are never changed, the newest counts.
 */
public final class TimelineStore {
    /** In the place of a Kafka topic's id: the sink then knows that these are not its records. */
    private static final String NO_TOPIC = "rebuilt-from-slices";

    private final ObjectStore bucket;
    private final ClusterName cluster;
    private final Incarnation incarnation;
    private final TimelineReader stored;
    private final FrameOptions frames;

    /**
     * @param incarnation of the config servers
     */
    public TimelineStore(
            ObjectStore bucket, FrameKeys keys, ClusterName cluster, Incarnation incarnation) {
        this.bucket = bucket;
        this.cluster = cluster;
        this.incarnation = incarnation;
        this.stored = new TimelineReader(bucket, cluster, keys);
        this.frames = FrameOptions.defaults().sealedFor(keys);
    }

    /** Stores what differs from what is there; from then on it is the newest. */
    public void put(ClusterTimeline timeline) {
        putEvents(timeline);
        ClusterTime archived = timeline.watermark();
        Optional<ObjectKey.OfTimeline> newest = stored.lastWindows().map(TimelineHeader::key);
        ClusterTime captured =
                newest.map(key -> ClusterTime.max(key.through(), archived)).orElse(archived);
        boolean hidden =
                newest.filter(key -> key.through().equals(captured))
                        .filter(key -> key.after().isAfter(archived))
                        .isPresent();
        putWindows(timeline.content(), hidden ? captured.next() : captured);
    }

    private void putEvents(ClusterTimeline timeline) {
        Map<String, Optional<TopologyEventRecord>> changes = new LinkedHashMap<>();
        Map<String, TopologyEventRecord> before = new LinkedHashMap<>();
        stored.events().events().forEach(event -> before.put(event.getId(), event));
        before.keySet().forEach(id -> changes.put(id, Optional.empty()));
        timeline.events()
                .forEach(
                        event -> {
                            TopologyEventRecord record = EventRecords.record(event);
                            if (record.equals(before.get(event.id()))) {
                                changes.remove(event.id());
                            } else {
                                changes.put(event.id(), Optional.of(record));
                            }
                        });
        if (changes.isEmpty()) {
            return;
        }
        ClusterTime after =
                stored.lastEvents().map(last -> last.key().through()).orElse(ClusterTime.ZERO);
        try (EventsWriter writer = new EventsWriter(cluster, after, NO_TOPIC, frames)) {
            long line = 0;
            for (Map.Entry<String, Optional<TopologyEventRecord>> change : changes.entrySet()) {
                writer.add(line++, change.getKey(), change.getValue());
            }
            try (SealedTimeline run = writer.seal(incarnation)) {
                run.putTo(bucket);
            }
        }
    }

    /**
     * The newest picture is the one with the latest captured time; one from slices alone stands
     * behind those that are there. If there is another for the very same times, it takes the next.
     */
    private void putWindows(WindowsContent content, ClusterTime captured) {
        try {
            put(content, captured);
        } catch (FencedException another) {
            put(content, captured.next());
        }
    }

    private void put(WindowsContent content, ClusterTime captured) {
        WindowsContent told =
                new WindowsContent(
                        new Watermark(captured, content.captured().heldBackBy()),
                        content.archived(),
                        content.windows(),
                        content.members(),
                        content.capturedFrontiers(),
                        content.archivedFrontiers(),
                        content.bases());
        try (WindowsWriter writer = new WindowsWriter(cluster, frames)) {
            WindowsRecords.parts(told).forEach(writer::add);
            try (SealedTimeline picture =
                    writer.seal(incarnation, new KafkaRange(NO_TOPIC, 0, 0))) {
                picture.putTo(bucket);
            }
        }
    }
}
