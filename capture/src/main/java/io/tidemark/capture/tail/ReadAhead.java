package io.tidemark.capture.tail;

import io.tidemark.capture.publish.EntryPreparer;
import io.tidemark.capture.publish.PreparedEntry;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Whether a tailer reads when it needs entries, or a thread of its own reads ahead. */
@FunctionalInterface
public interface ReadAhead {
    /** Reads in the taker's thread, when asked. */
    ReadAhead NONE =
            (cursor, preparer) ->
                    new EntryFeed() {
                        @Override
                        public List<PreparedEntry> next(Duration wait) {
                            return prepared(cursor.next(wait), preparer);
                        }

                        @Override
                        public void sent(long entryBytes, int entries) {
                            cursor.sent(entryBytes, entries);
                        }

                        @Override
                        public void release(long entryBytes, int entries) {
                            cursor.release(entryBytes, entries);
                        }

                        @Override
                        public void close() {
                            cursor.close();
                        }
                    };

    /** Begins to read; the cursor is the feed's from now on. */
    EntryFeed over(OplogCursor cursor, EntryPreparer preparer);

    /** Lets go of each entry as soon as its bytes are copied: one can have 16 MiB. */
    static List<PreparedEntry> prepared(List<OplogEntry> batch, EntryPreparer preparer) {
        List<PreparedEntry> prepared = new ArrayList<>(batch.size());
        for (OplogEntry entry : batch) {
            prepared.add(preparer.prepare(entry));
        }
        return prepared;
    }
}
