package io.tidemark.storage.base;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.storage.frames.FrameIndex;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FramedReader;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A part that a scan has put, whether or not a manifest names it. */
public record ScannedPart(BasePart part, PartSpan span) {
    /**
     * What is there of a collection's scan, by listing: parts with a whole header and index, in the
     * order of their names. What was cut short is passed over; whoever goes on writes it anew under
     * another name.
     */
    public static List<ScannedPart> list(ObjectStore store, BasePlace place, UUID collection) {
        List<ScannedPart> found = new ArrayList<>();
        try (Stream<StoredObject> objects =
                store.list(KeyPrefix.baseParts(place, collection), "")) {
            objects.forEach(object -> read(store, object, place, collection).ifPresent(found::add));
        }
        return found;
    }

    private static Optional<ScannedPart> read(
            ObjectStore store, StoredObject object, BasePlace place, UUID collection) {
        Optional<PartId> id =
                ObjectKey.parse(object.key())
                        .filter(key -> key instanceof ObjectKey.OfBasePart)
                        .map(key -> ((ObjectKey.OfBasePart) key).part());
        if (id.isEmpty()) {
            return Optional.empty();
        }
        try {
            // Header and index lie in the clear, whatever seals the frames.
            FramedReader reader = new FramedReader(store, object.key(), FrameKeys.NONE);
            JsonFields header = reader.header();
            FrameIndex index = reader.index();
            boolean own =
                    header.build(BaseManifestJson::place).equals(place)
                            && header.text("collection").equals(collection.toString())
                            && header.build(BasePartJson::id).equals(id.get());
            return header.build(BasePartJson::span)
                    .filter(span -> own)
                    .map(
                            span ->
                                    new ScannedPart(
                                            new BasePart(
                                                    id.get(),
                                                    object.sizeBytes(),
                                                    index.rawBytes(),
                                                    index.documents(),
                                                    index.sha256()),
                                            span));
        } catch (DamagedObjectException cutShort) {
            // A put that was killed may leave half an object, where the store has no better.
            return Optional.empty();
        }
    }

    static ObjectNode json(BasePart part) {
        ObjectNode json = JsonFields.newObject();
        BasePartJson.put(json, part.id());
        return json.put("bytes", part.sizeBytes())
                .put("rawBytes", part.rawBytes())
                .put("documents", part.documents())
                .put("sha256", part.sha256());
    }
}
