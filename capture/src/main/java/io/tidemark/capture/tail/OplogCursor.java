package io.tidemark.capture.tail;

import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.List;

/** A forward, tailing cursor over one member's oplog. Used by one thread at a time. */
public interface OplogCursor extends AutoCloseable {
    /**
     * The next entries in order, at most about 16 MiB of them (the server's limit of one reply).
     *
     * @param wait how long to wait if there is none yet; may be cut short
     * @return empty if none came in time; the cursor stays open
     * @throws OplogLostException if the member has dropped entries that were not read yet
     * @throws SourceUnavailableException if the cursor is gone for another reason: open a new one
     */
    List<OplogEntry> next(Duration wait);

    /**
     * So many bytes of entries that this cursor gave are done with: their topic has them for good.
     * From any thread; a cursor that bounds no memory ignores it.
     */
    default void release(long entryBytes) {}

    /** Idempotent; never throws. */
    @Override
    void close();
}
