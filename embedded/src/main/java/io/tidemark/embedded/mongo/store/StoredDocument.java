package io.tidemark.embedded.mongo.store;

/** All versions of the document with one {@code _id}, newest first. Written by one thread. */
public final class StoredDocument {
    private final IdKey key;
    private volatile DocumentVersion newest;

    StoredDocument(IdKey key) {
        this.key = key;
    }

    public IdKey key() {
        return key;
    }

    /** The newest version, or null if rollback removed all. */
    public DocumentVersion newest() {
        return newest;
    }

    void newest(DocumentVersion version) {
        newest = version;
    }

    /** The version a view sees, or null if the document does not exist in it. */
    public DocumentVersion in(ReadView view) {
        DocumentVersion version = newest;
        while (version != null && !version.visibleIn(view)) {
            version = version.older();
        }
        return version == null || version.bytes() == null ? null : version;
    }
}
