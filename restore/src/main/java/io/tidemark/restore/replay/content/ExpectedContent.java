package io.tidemark.restore.replay.content;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.schemas.bson.RawDocument;

/**
 * What one collection of the target should hold: the number of its documents and the sum of their
 * hashes. A document that is written adds its hash, as replay computed it; the one that it replaces
 * takes its own away: by memory where it is remembered, by what the target holds in its place
 * otherwise. As every hash that was added must be taken away again or be found at the end, a write
 * that was lost, went to the wrong place or came in the wrong order shows at the end, however few
 * documents are remembered; so does a document that the target changed or somebody else wrote. Safe
 * for use by several threads.
 */
public final class ExpectedContent {
    private final DocumentHashes known;
    private final long collection;
    private long sum;
    private long documents;

    ExpectedContent(DocumentHashes known, long collection) {
        this.known = known;
        this.collection = collection;
    }

    /**
     * The document is to be there as given; what it replaces was taken away before.
     *
     * @return its hash
     */
    public long add(DocumentId id, RawDocument document) {
        long hash = ContentHash.of(document).low();
        known.put(key(id), hash);
        change(hash, 1);
        return hash;
    }

    /**
     * Takes away the document that was written last with this id.
     *
     * @return its hash; 0 if it is not remembered, or was never there: the target tells
     */
    public long takeRemembered(DocumentId id) {
        long hash = known.take(key(id));
        if (hash != DocumentHashes.UNKNOWN) {
            change(-hash, -1);
        }
        return hash;
    }

    /**
     * Takes away a document that the target holds and that is now replaced or deleted.
     *
     * @return its hash
     */
    public long take(DocumentId id, RawDocument held) {
        known.take(key(id));
        long hash = ContentHash.of(held).low();
        change(-hash, -1);
        return hash;
    }

    /** Takes away a document of which only the hash is known; 0 for none. */
    public void take(long hash) {
        if (hash != DocumentHashes.UNKNOWN) {
            change(-hash, -1);
        }
    }

    /** Takes in documents that another collection should hold. */
    public void add(ExpectedContent other) {
        long theirs = other.sum();
        long count = other.documents();
        synchronized (this) {
            sum += theirs;
            documents += count;
        }
    }

    /** True if a document that is not remembered was never written. */
    public boolean remembersAll() {
        return known.isComplete();
    }

    /** Takes away what the target held where a new document has just been added. */
    public void displace(DocumentId id, RawDocument held) {
        change(-ContentHash.of(held).low(), -1);
    }

    /** As it was at a checkpoint. */
    public synchronized void become(long documents, long sum) {
        this.documents = documents;
        this.sum = sum;
    }

    /** The sum of the documents' hashes. */
    public synchronized long sum() {
        return sum;
    }

    public synchronized long documents() {
        return documents;
    }

    /** True if the documents read back are the expected ones. */
    public synchronized boolean matches(ContentHash found) {
        return found.documents() == documents && found.low() == sum;
    }

    private synchronized void change(long hash, int count) {
        sum += hash;
        documents += count;
    }

    private long key(DocumentId id) {
        return DocumentHashes.key(collection, id.hash());
    }
}
