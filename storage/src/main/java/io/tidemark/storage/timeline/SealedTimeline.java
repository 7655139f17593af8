package io.tidemark.storage.timeline;

import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.wire.RecordJson;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.FramedWriter;
import io.tidemark.storage.frames.SealedObject;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.slice.KafkaRange;
import java.util.Map;
import java.util.TreeMap;

/** A whole timeline object, ready to be put. Close it afterwards: it gives memory back. */
public record SealedTimeline(TimelineHeader header, SealedObject object) implements AutoCloseable {

    /**
     * A {@code windows} object: everything the windows topic tells at one moment, one JSON line
     * {@code {"key", "part"}} for each part in the order of keys, the watermark last.
     *
     * @param incarnation of the config servers
     * @param parts by their keys on the topic, a watermark among them
     * @param kafka of the topic's records that took part
     * @throws IllegalArgumentException if there is no watermark
     */
    public static SealedTimeline windows(
            ClusterName cluster,
            Incarnation incarnation,
            Map<String, WindowsRecord> parts,
            KafkaRange kafka,
            FrameOptions options) {
        StoredWindows.Watermark watermark = StoredWindows.Watermark.of(parts.values());
        ObjectKey.OfTimeline key =
                new ObjectKey.OfTimeline(
                        cluster,
                        incarnation,
                        watermark.archived(),
                        watermark.captured(),
                        ObjectKey.OfTimeline.WINDOWS);
        TimelineHeader header = new TimelineHeader(key, parts.size(), kafka);
        try (FramedWriter frames = new FramedWriter(options)) {
            add(frames, parts, false);
            add(frames, parts, true);
            return new SealedTimeline(header, frames.seal(key.text(), header.toJson()));
        }
    }

    private static void add(
            FramedWriter frames, Map<String, WindowsRecord> parts, boolean watermark) {
        new TreeMap<>(parts)
                .forEach(
                        (key, part) -> {
                            if ((part.getWatermark() != null) == watermark) {
                                var line = JsonFields.newObject().put("key", key);
                                line.set("part", RecordJson.write(part));
                                frames.addLine(EventsWriter.line(line));
                            }
                        });
    }

    /**
     * Creates the object; may be called again after a failure.
     *
     * @throws io.tidemark.storage.object.FencedException if another object has the key
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(header.key().text(), object);
    }

    /** Up to where the object tells. */
    public ClusterTime through() {
        return header.key().through();
    }

    @Override
    public void close() {
        object.close();
    }
}
