package io.tidemark.capture.tail;

import io.tidemark.capture.publish.PreparedEntry;
import java.time.Duration;
import java.util.List;

/** A cursor's entries, made ready for the topic, in the cursor's order. One taker at a time. */
public interface EntryFeed extends AutoCloseable {
    /** As {@link OplogCursor#next}, and throws what that throws. */
    List<PreparedEntry> next(Duration wait);

    /** As {@link OplogCursor#sent}. */
    void sent(long entryBytes, int entries);

    /** As {@link OplogCursor#release}. */
    void release(long entryBytes, int entries);

    /** Closes the cursor as well. Idempotent; never throws. */
    @Override
    void close();
}
