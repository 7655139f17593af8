package io.tidemark.capture.tail;

import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.List;

/** A forward, tailing cursor over one member's oplog. Used by one thread at a time. */
public interface OplogCursor extends AutoCloseable {
    /** The most entries that one request may ask for: each needs memory beside its bytes. */
    int MOST_ENTRIES = 4096;

    /**
     * The next entries in order, at most about 16 MiB of them (the server's limit of one reply) and
     * {@link #MOST_ENTRIES}.
     *
     * @param wait how long to wait if there is none yet; may be cut short
     * @return empty if none came in time; the cursor stays open
     * @throws OplogLostException if the member has dropped entries that were not read yet
     * @throws SourceUnavailableException if the cursor is gone for another reason: open a new one
     */
    List<OplogEntry> next(Duration wait);

    /**
     * So many bytes and entries that this cursor gave are with the topic's producer; nobody else
     * holds them. From any thread; a cursor that bounds no memory ignores it.
     */
    default void sent(long entryBytes, int entries) {}

    /**
     * So many bytes and entries that were sent are done with: their topic has them for good. From
     * any thread; a cursor that bounds no memory ignores it.
     */
    default void release(long entryBytes, int entries) {}

    /** Idempotent; never throws. */
    @Override
    void close();
}
