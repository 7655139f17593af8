package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawDocument;
import java.util.List;

/** Documents of a range, batch by batch. One thread at a time. */
public interface DocumentCursor extends AutoCloseable {
    /**
     * The next documents; empty at the end.
     *
     * @throws ScanInterruptedException if the server gave the cursor up; the scan can go on with
     *     another one after the last document
     * @throws CollectionGoneException if the collection was dropped
     * @throws SnapshotLostException if the read time is too old by now
     */
    List<RawDocument> next();

    /**
     * To be called before what was read is kept.
     *
     * @throws ScanInterruptedException if it may be another collection's
     */
    void confirm();

    @Override
    void close();
}
