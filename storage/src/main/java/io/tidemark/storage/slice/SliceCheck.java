package io.tidemark.storage.slice;

import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.MalformedEntryException;
import io.tidemark.schemas.oplog.OplogEntry;

/** Compares a slice's entries with its header. */
final class SliceCheck {
    private final SliceHeader header;
    private long count;
    private long operations;
    private Optime last;

    SliceCheck(SliceHeader header) {
        this.header = header;
    }

    void see(OplogEntry entry) {
        if (last == null && !entry.optime().equals(header.first())) {
            throw differs("first entry is " + entry.optime());
        }
        requirePayload(entry);
        // Not by kind: a later version may know more kinds than the one that wrote.
        count++;
        operations += entry.carriedOperations();
        last = entry.optime();
    }

    private void requirePayload(OplogEntry entry) {
        try {
            entry.requirePayload();
        } catch (MalformedEntryException e) {
            throw SliceReader.damaged(
                    header.key(),
                    "holds an entry that does not say what it wrote (" + e.getMessage() + ")");
        }
    }

    void finish() {
        if (!header.last().equals(last)) {
            throw differs("last entry is " + last);
        }
        if (header.entryCount() != count) {
            throw differs("entries are " + count);
        }
        if (header.operations().filter(said -> said != operations).isPresent()) {
            throw differs("entries carry " + operations + " operations");
        }
    }

    private RuntimeException differs(String what) {
        return SliceReader.damaged(header.key(), "is not what its header says: its " + what);
    }
}
