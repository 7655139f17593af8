package io.tidemark.storage.base;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.FramedWriter;
import io.tidemark.storage.frames.SealedObject;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Streams one collection's documents into parts, each put as soon as it is full. One thread at a
 * time; several collections may be written at once. Parts without a manifest are no base: an
 * abandoned writer leaves only what pruning removes.
 */
public final class CollectionWriter implements AutoCloseable {
    public static final long DEFAULT_PART_BYTES = 64L * 1024 * 1024;
    private final ObjectStore store;
    private final BasePlace place;
    private final UUID collection;
    private final FrameOptions options;
    private final long partBytes;
    private final List<BasePart> parts = new ArrayList<>();
    private FramedWriter part;

    /**
     * @param partBytes raw bytes after which a part ends, 1 KiB or more; one larger document has a
     *     part of its own
     */
    public CollectionWriter(
            ObjectStore store,
            BasePlace place,
            UUID collection,
            FrameOptions options,
            long partBytes) {
        if (partBytes < 1024) {
            throw new IllegalArgumentException("part size must be 1 KiB or more: " + partBytes);
        }
        this.store = store;
        this.place = place;
        this.collection = collection;
        this.options = options;
        this.partBytes = partBytes;
    }

    /**
     * @throws io.tidemark.storage.object.StorageException if a full part can't be put
     */
    public void add(RawDocument document) {
        if (part != null && part.rawBytes() + document.sizeBytes() > partBytes) {
            putPart();
        }
        if (part == null) {
            part = new FramedWriter(options);
        }
        part.add(document);
    }

    /** Puts what is left, and tells all parts; empty for an empty collection. */
    public List<BasePart> finish() {
        if (part != null) {
            putPart();
        }
        return List.copyOf(parts);
    }

    private void putPart() {
        int number = parts.size();
        String key = new ObjectKey.OfBasePart(place, collection, number).text();
        try (FramedWriter full = part;
                SealedObject object = full.seal(key, header(number))) {
            store.put(key, object);
            parts.add(
                    new BasePart(
                            number,
                            object.sizeBytes(),
                            full.rawBytes(),
                            full.documents(),
                            object.index().sha256()));
        }
        part = null;
    }

    private ObjectNode header(int number) {
        return BaseManifestJson.place(place)
                .put("collection", collection.toString())
                .put("part", number);
    }

    @Override
    public void close() {
        if (part != null) {
            part.close();
            part = null;
        }
    }
}
