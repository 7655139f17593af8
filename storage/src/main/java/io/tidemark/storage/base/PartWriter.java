package io.tidemark.storage.base;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.FramedWriter;
import io.tidemark.storage.frames.SealedObject;
import io.tidemark.storage.object.ObjectStore;
import java.util.Optional;
import java.util.UUID;

/** Gathers the documents of one part, and puts it. One thread at a time. */
public final class PartWriter implements AutoCloseable {
    private final ObjectStore store;
    private final BasePlace place;
    private final UUID collection;
    private final FramedWriter documents;

    public PartWriter(ObjectStore store, BasePlace place, UUID collection, FrameOptions options) {
        this.store = store;
        this.place = place;
        this.collection = collection;
        this.documents = new FramedWriter(options);
    }

    public void add(RawDocument document) {
        documents.add(document);
    }

    public long rawBytes() {
        return documents.rawBytes();
    }

    public long documents() {
        return documents.documents();
    }

    /**
     * Puts the part. To be called once, with one document or more.
     *
     * @param span for those who may have to go on after it
     * @throws io.tidemark.storage.object.StorageException if it can't be put
     */
    public BasePart put(PartId id, Optional<PartSpan> span) {
        String key = new ObjectKey.OfBasePart(place, collection, id).text();
        try (SealedObject object =
                documents.seal(key, BasePartJson.header(place, collection, id, span))) {
            store.put(key, object);
            return new BasePart(
                    id,
                    object.sizeBytes(),
                    documents.rawBytes(),
                    documents.documents(),
                    object.index().sha256());
        }
    }

    /** Gives back memory and disk. */
    @Override
    public void close() {
        documents.close();
    }
}
