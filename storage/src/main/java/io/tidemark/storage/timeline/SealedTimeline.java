package io.tidemark.storage.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.SealedObject;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;

/** A whole timeline object, ready to be put. Close it afterwards: it gives memory back. */
public record SealedTimeline(TimelineHeader header, SealedObject object) implements AutoCloseable {

    /**
     * Creates the object; may be called again after a failure.
     *
     * @throws io.tidemark.storage.object.FencedException if another object has the key
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(header.key().text(), object);
    }

    /** Up to where the object tells. */
    public ClusterTime through() {
        return header.key().through();
    }

    @Override
    public void close() {
        object.close();
    }
}
