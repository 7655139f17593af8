package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;

/** The difference between two states of a document or array, read its outer form checked. */
sealed interface Delta permits DocumentDelta, ArrayDelta {
    /** Writes the fields or elements of the changed state. */
    void apply(RawDocument before, RawDocumentBuilder after);
}
