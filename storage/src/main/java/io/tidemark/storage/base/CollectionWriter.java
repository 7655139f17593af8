package io.tidemark.storage.base;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

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
    private final CRC32C content = new CRC32C();
    private PartWriter part;

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
            part = new PartWriter(store, place, collection, options);
            content.reset();
            content.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, options.frameBytes()));
        }
        part.add(document);
        content.update(document.array(), document.offset(), document.sizeBytes());
    }

    /** Puts what is left, and tells all parts; empty for an empty collection. */
    public List<BasePart> finish() {
        if (part != null) {
            putPart();
        }
        return List.copyOf(parts);
    }

    private void putPart() {
        try (PartWriter full = part) {
            parts.add(full.put(new PartId(0, parts.size(), contentToken()), Optional.empty()));
        }
        part = null;
    }

    /**
     * By what the part holds and how it is framed: what a run left that was given other documents
     * lies beside this one's parts and not in their way.
     */
    private long contentToken() {
        return content.getValue();
    }

    @Override
    public void close() {
        if (part != null) {
            part.close();
            part = null;
        }
    }
}
