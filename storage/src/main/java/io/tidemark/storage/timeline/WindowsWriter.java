package io.tidemark.storage.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.wire.RecordJson;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.FramedWriter;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.slice.KafkaRange;
import java.util.List;

/**
 * Builds one {@code windows} object: everything the windows topic tells at one moment, one JSON
 * line {@code {"key", "part"}} each. Parts in the same order give the same bytes. Memory is what
 * the options' budget gives. One thread at a time.
 */
public final class WindowsWriter implements AutoCloseable {
    private final ClusterName cluster;
    private final FramedWriter frames;
    private StoredWindows.Watermark watermark;

    public WindowsWriter(ClusterName cluster, FrameOptions options) {
        this.cluster = cluster;
        this.frames = new FramedWriter(options);
    }

    /**
     * @param key of the part on the topic
     */
    public void add(String key, WindowsRecord part) {
        ObjectNode line = JsonFields.newObject().put("key", key);
        line.set("part", RecordJson.write(part));
        frames.addLine(EventsWriter.line(line));
        if (part.getWatermark() != null) {
            watermark = StoredWindows.Watermark.of(List.of(part));
        }
    }

    /**
     * Ends the object.
     *
     * @param incarnation of the config servers
     * @param kafka of the topic's records that took part
     * @throws IllegalStateException if no part was a watermark
     */
    public SealedTimeline seal(Incarnation incarnation, KafkaRange kafka) {
        if (watermark == null) {
            throw new IllegalStateException("windows without a watermark don't stand together");
        }
        ObjectKey.OfTimeline key =
                new ObjectKey.OfTimeline(
                        cluster,
                        incarnation,
                        watermark.archived(),
                        watermark.captured(),
                        ObjectKey.OfTimeline.WINDOWS);
        TimelineHeader header = new TimelineHeader(key, frames.documents(), kafka);
        return new SealedTimeline(header, frames.seal(key.text(), header.toJson()));
    }

    @Override
    public void close() {
        frames.close();
    }
}
