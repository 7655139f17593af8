package io.tidemark.storage.frames;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.storage.json.JsonFields;
import java.util.List;

/**
 * What the last frame of the object tells.
 *
 * @param frames in order, without a hole between
 * @param sha256 of all bytes before the index frame, in hex
 */
public record FrameIndex(List<Frame> frames, String sha256) {
    public FrameIndex {
        frames = List.copyOf(frames);
        for (int i = 1; i < frames.size(); i++) {
            if (frames.get(i).offset() != frames.get(i - 1).end()) {
                throw new IllegalArgumentException("a hole before frame " + i);
            }
        }
    }

    public long documents() {
        return frames.stream().mapToLong(Frame::documents).sum();
    }

    public long rawBytes() {
        return frames.stream().mapToLong(Frame::rawBytes).sum();
    }

    byte[] toJson() {
        ObjectNode json = JsonFields.newObject();
        ArrayNode list = json.putArray("frames");
        frames.forEach(frame -> list.add(frame.toJson()));
        return JsonFields.bytes(json.put("sha256", sha256));
    }

    static FrameIndex of(String key, byte[] json) {
        return JsonFields.parse(key, json)
                .build(
                        f ->
                                new FrameIndex(
                                        f.objects("frames").stream().map(Frame::of).toList(),
                                        f.text("sha256")));
    }
}
