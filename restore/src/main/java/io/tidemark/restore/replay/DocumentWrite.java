package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;

/** What is to be done with one document of the target. */
public sealed interface DocumentWrite {
    DocumentId id();

    /**
     * The document is to be there as given.
     *
     * @param isNew true if it most likely is not there yet: an insert is tried first
     */
    record Put(DocumentId id, RawDocument document, boolean isNew) implements DocumentWrite {}

    /** The document is to be gone. */
    record Delete(DocumentId id) implements DocumentWrite {}
}
