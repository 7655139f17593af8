package io.tidemark.sink.timeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.storage.object.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a reader without Tidemark finds: zstd, then lines of JSON. */
public final class StoredLines {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StoredLines() {}

    /** Of every line of every events object, in the order of their starts. */
    public static List<Long> offsetsOfEvents(ObjectStore store) {
        List<Long> offsets = new ArrayList<>();
        for (ObjectKey.OfTimeline key : keys(store, ObjectKey.OfTimeline.EVENTS)) {
            byte[] object = store.readWhole(key.text(), 1 << 26);
            try (ZstdInputStream plain = new ZstdInputStream(new ByteArrayInputStream(object))) {
                String text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
                for (String line : text.split("\n")) {
                    offsets.add(MAPPER.readTree(line).path("offset").asLong());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(key.text() + " is not what was stored", e);
            }
        }
        return offsets;
    }

    public static List<ObjectKey.OfTimeline> keys(ObjectStore store, String kind) {
        try (Stream<ObjectKey> keys =
                store.list("", "").flatMap(object -> ObjectKey.parse(object.key()).stream())) {
            return keys.filter(ObjectKey.OfTimeline.class::isInstance)
                    .map(ObjectKey.OfTimeline.class::cast)
                    .filter(key -> key.kind().equals(kind))
                    .sorted(Comparator.comparing(ObjectKey.OfTimeline::after))
                    .toList();
        }
    }
}
