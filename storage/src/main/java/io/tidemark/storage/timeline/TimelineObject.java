package io.tidemark.storage.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameStream;
import io.tidemark.storage.frames.FramedReader;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.util.function.Consumer;

/** One timeline object, read line by line; whatever is handed out was checked. */
final class TimelineObject {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final ObjectKey.OfTimeline key;
    private final FramedReader object;

    TimelineObject(ObjectStore store, ObjectKey.OfTimeline key, FrameKeys keys) {
        this.key = key;
        this.object = new FramedReader(store, key.text(), keys);
    }

    TimelineHeader header() {
        return TimelineHeader.read(key, object.header());
    }

    /**
     * @throws DamagedObjectException if it is not what was written; some lines may have been given
     *     before
     */
    void forEachLine(Consumer<JsonNode> line) {
        TimelineHeader header = header();
        if (object.index().documents() != header.records()) {
            throw damaged("has a header and an index that tell different things");
        }
        FrameStream frames = object.frames(0, object.index().frames().size());
        while (frames.hasNext()) {
            lines(frames.next(), line);
        }
    }

    private void lines(byte[] frame, Consumer<JsonNode> line) {
        int start = 0;
        for (int at = 0; at < frame.length; at++) {
            if (frame[at] == '\n') {
                try {
                    line.accept(MAPPER.readTree(frame, start, at - start));
                } catch (IOException | IllegalArgumentException e) {
                    throw damaged("holds a line that can't be understood (" + e.getMessage() + ")");
                }
                start = at + 1;
            }
        }
        if (start != frame.length) {
            throw damaged("ends within a line");
        }
    }

    /** Every byte and every line. */
    void verify(Consumer<JsonNode> line) {
        object.verifyBytes();
        forEachLine(line);
    }

    DamagedObjectException damaged(String what) {
        return new DamagedObjectException(
                new DamagedObjectException.Damage(
                        key.text(),
                        what,
                        "what it tells of the timeline can't be trusted",
                        "bring the object back from a copy of the bucket, or work the timeline out"
                                + " from the slices again (windows --rebuild)"));
    }
}
