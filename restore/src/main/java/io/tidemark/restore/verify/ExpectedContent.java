package io.tidemark.restore.verify;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.WriteOutcome;
import io.tidemark.schemas.bson.RawDocument;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one collection of the target should hold, computed from the documents that replay means to
 * write, not from what the target answers: 64 bits of each id and of each document. It finds writes
 * that were lost, went to the wrong place or in the wrong order, and documents that the target
 * changed or somebody else wrote. When the budget is used up, content is no longer followed, only
 * the number of documents by the target's own replies.
 */
public final class ExpectedContent {
    private final AtomicLong budget;
    private LongMap hashes = new LongMap();
    private final long[] old = new long[1];
    private long sum;
    private long counted;

    /** False spares the hashing, which is done outside of the lock. */
    private volatile boolean follows = true;

    /**
     * @param budget documents that may still be followed, shared between collections
     */
    public ExpectedContent(AtomicLong budget) {
        this.budget = budget;
    }

    /** The document is to be there as given. */
    public void put(DocumentId id, RawDocument document) {
        if (follows) {
            put(hashOf(id), ContentHash.of(document).low());
        }
    }

    private synchronized void put(long id, long hash) {
        if (hashes == null) {
            return;
        }
        boolean replaced = hashes.put(id, hash, old);
        sum += hash - (replaced ? old[0] : 0);
        if (!replaced && budget.decrementAndGet() < 0) {
            forget();
        }
    }

    /** The document is to be gone. */
    public void remove(DocumentId id) {
        if (follows) {
            remove(hashOf(id));
        }
    }

    private synchronized void remove(long id) {
        if (hashes != null && hashes.remove(id, old)) {
            sum -= old[0];
            budget.incrementAndGet();
        }
    }

    /** The target's own count of what it did, for when content can't be followed. */
    public synchronized void count(WriteOutcome outcome) {
        counted += outcome.added() - outcome.deleted();
    }

    /** The collection is gone. */
    public synchronized void discard() {
        if (hashes != null) {
            forget();
        }
    }

    public synchronized boolean followsContent() {
        return hashes != null;
    }

    public synchronized long documents() {
        return hashes == null ? counted : hashes.size();
    }

    /** True if the documents read back are the expected ones, as far as they were followed. */
    public synchronized boolean matches(ContentHash found) {
        return found.documents() == documents() && (hashes == null || found.low() == sum);
    }

    private void forget() {
        budget.addAndGet(hashes.size());
        hashes = null;
        follows = false;
    }

    private static long hashOf(DocumentId id) {
        return ContentHash.of(id.asDocument()).low();
    }
}
