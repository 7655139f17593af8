package io.tidemark.storage.slice;

import io.tidemark.storage.frames.SealedObject;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;

/** A whole slice, ready to be put. Close it afterwards: it gives memory and disk back. */
public record SealedSlice(SliceHeader header, SealedObject object) implements AutoCloseable {

    /**
     * Puts the slice under its key; may be called again after a failure.
     *
     * @throws io.tidemark.storage.object.FencedException if another slice has the key
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(header.key().text(), object);
    }

    @Override
    public void close() {
        object.close();
    }
}
