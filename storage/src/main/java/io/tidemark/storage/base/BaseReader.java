package io.tidemark.storage.base;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.storage.frames.FrameIndex;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FramedReader;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;

/**
 * Reads a base's documents. Everything handed out was checked; throws {@link
 * DamagedObjectException} where a part is missing, changed, or not the one that the manifest names.
 * May be shared by threads.
 */
public final class BaseReader {
    private final ObjectStore store;
    private final FrameKeys keys;

    public BaseReader(ObjectStore store, FrameKeys keys) {
        this.store = store;
        this.keys = keys;
    }

    /** All documents of the collection, part by part, in the order in which they were written. */
    public BaseDocuments documents(BaseManifest manifest, BaseCollection collection) {
        return new BaseDocuments(this, manifest.place(), collection, 0, collection.parts().size());
    }

    /** The documents of one part, for readers that work in parallel. */
    public BaseDocuments documents(BaseManifest manifest, BaseCollection collection, int part) {
        return new BaseDocuments(this, manifest.place(), collection, part, part + 1);
    }

    /** Reads every byte of the part and compares it with the manifest. */
    public void verify(BaseManifest manifest, BaseCollection collection, int part) {
        open(manifest.place(), collection, part).verify();
        documents(manifest, collection, part).forEachRemaining(document -> document.validate());
    }

    /** As {@link #verify}, but decodes nothing. */
    public void verifyBytes(BaseManifest manifest, BaseCollection collection, int part) {
        open(manifest.place(), collection, part).verifyBytes();
    }

    FramedReader open(BasePlace place, BaseCollection collection, int index) {
        BasePart part = collection.parts().get(index);
        String key = new ObjectKey.OfBasePart(place, collection.uuid(), part.id()).text();
        FramedReader object = new FramedReader(store, key, keys);
        JsonFields header = object.header();
        FrameIndex found = object.index();
        boolean same =
                header.build(BaseManifestJson::place).equals(place)
                        && header.text("collection").equals(collection.uuid().toString())
                        && header.build(BasePartJson::id).equals(part.id())
                        && found.sha256().equals(part.sha256())
                        && found.documents() == part.documents()
                        && found.rawBytes() == part.rawBytes();
        if (!same) {
            throw header.damaged("is not the part that the base's manifest names");
        }
        return object;
    }
}
