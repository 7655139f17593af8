package io.tidemark.storage.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.wire.RecordJson;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The timeline of one cluster as it lies in the bucket. A listing finds what is there, nothing is
 * remembered between calls, and keys that aren't ours are passed over. Every method throws {@link
 * io.tidemark.storage.object.UnreachableException} where the bucket can't be asked.
 */
public final class TimelineReader {
    private static final int MOST_HEADERS = 500;
    private final ObjectStore store;
    private final TimelineListing listing;
    private final FrameKeys keys;

    public TimelineReader(ObjectStore store, ClusterName cluster, FrameKeys keys) {
        this.store = store;
        this.listing = new TimelineListing(store, cluster);
        this.keys = keys;
    }

    /** The newest windows object that is whole: it alone tells everything about windows. */
    public StoredWindows.Newest newestWindows() {
        List<Damage> damaged = new ArrayList<>();
        // Not by an iterator of the stream: it would list more than is read.
        Optional<StoredWindows> newest =
                listing.newestFirst(ObjectKey.OfTimeline.WINDOWS)
                        .flatMap(key -> windows(key, damaged).stream())
                        .findFirst();
        return new StoredWindows.Newest(newest, damaged);
    }

    private Optional<StoredWindows> windows(ObjectKey.OfTimeline key, List<Damage> damaged) {
        try {
            return Optional.of(windows(key));
        } catch (DamagedObjectException e) {
            damaged.add(e.damage());
            return Optional.empty();
        }
    }

    /**
     * @throws DamagedObjectException if it is missing, or not what was written
     */
    public StoredWindows windows(ObjectKey.OfTimeline key) {
        TimelineObject object = object(key);
        List<WindowsRecord> parts = new ArrayList<>();
        object.forEachLine(line -> parts.add(part(line)));
        requireWatermark(object, key, parts);
        return new StoredWindows(object.header(), parts);
    }

    private static void requireWatermark(
            TimelineObject object, ObjectKey.OfTimeline key, List<WindowsRecord> parts) {
        try {
            StoredWindows.Watermark told = StoredWindows.Watermark.of(parts);
            if (told.equals(new StoredWindows.Watermark(key.after(), key.through()))) {
                return;
            }
        } catch (IllegalArgumentException e) {
            throw object.damaged("can't be: " + e.getMessage());
        }
        throw object.damaged("tells another watermark than its key");
    }

    /** All events; see {@link #eventsSince}. */
    public StoredEvents events() {
        return eventsSince(ClusterTime.ZERO);
    }

    /**
     * The events of which anything was told after {@code after}, open ones included, as they last
     * stood. Held in memory: choose {@code after} by what is needed.
     */
    public StoredEvents eventsSince(ClusterTime after) {
        Map<String, TopologyEventRecord> events = new LinkedHashMap<>();
        List<Damage> damaged = new ArrayList<>();
        ClusterTime reached = null;
        for (ObjectKey.OfTimeline key : listing.eventsSince(after)) {
            if (reached != null && key.after().isAfter(reached)) {
                damaged.add(TimelineListing.hole(key, reached));
            }
            reached = reached == null ? key.through() : ClusterTime.max(reached, key.through());
            try {
                object(key).forEachLine(line -> apply(line, events));
            } catch (DamagedObjectException e) {
                damaged.add(e.damage());
            }
        }
        return new StoredEvents(
                List.copyOf(events.values()),
                reached == null ? ClusterTime.ZERO : reached,
                damaged);
    }

    private static void apply(JsonNode line, Map<String, TopologyEventRecord> events) {
        String id = line.path("id").asText();
        JsonNode event = line.path("event");
        if (event.isNull()) {
            events.remove(id);
        } else {
            events.put(id, RecordJson.read(event, TopologyEventRecord.class));
        }
    }

    private static WindowsRecord part(JsonNode line) {
        return RecordJson.read(line.path("part"), WindowsRecord.class);
    }

    /** The events object that ends last: where a writer goes on. Empty if there is none. */
    public Optional<TimelineHeader> lastEvents() {
        return last(ObjectKey.OfTimeline.EVENTS);
    }

    /**
     * The same among the objects of one topic: others may have been worked out from slices since.
     * Empty if none of the last few hundred is from there.
     */
    public Optional<TimelineHeader> lastEvents(String topicId) {
        return listing.newestFirst(ObjectKey.OfTimeline.EVENTS)
                .limit(MOST_HEADERS)
                .map(key -> object(key).header())
                .filter(header -> header.kafka().topicId().equals(topicId))
                .findFirst();
    }

    /** The header of the windows object that ends last, whole or not. Empty if there is none. */
    public Optional<TimelineHeader> lastWindows() {
        return last(ObjectKey.OfTimeline.WINDOWS);
    }

    private Optional<TimelineHeader> last(String kind) {
        return listing.newestFirst(kind).findFirst().map(key -> object(key).header());
    }

    /**
     * Reads every byte and every record of one object.
     *
     * @throws DamagedObjectException if any is not what was written
     */
    public void verify(ObjectKey.OfTimeline key) {
        if (key.kind().equals(ObjectKey.OfTimeline.EVENTS)) {
            object(key).verify(line -> apply(line, new LinkedHashMap<>()));
        } else {
            object(key).verify(TimelineReader::part);
            windows(key);
        }
    }

    private TimelineObject object(ObjectKey.OfTimeline key) {
        return new TimelineObject(store, key, keys);
    }
}
