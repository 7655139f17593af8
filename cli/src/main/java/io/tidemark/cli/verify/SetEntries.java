package io.tidemark.cli.verify;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.encryption.WrongKeyException;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import java.util.Iterator;

/**
 * One replica set's entries as far as they can be read: damaged slices are passed over, as their
 * own check names them. After a hole or one of them {@link #brokenAt} tells it.
 */
final class SetEntries implements AutoCloseable {
    private final ReplicaSet replicaSet;
    private final SliceReader reader;
    private final Iterator<Chain.Link> links;
    private SliceEntries entries;
    private OplogEntry next;
    private ClusterTime readThrough;
    private ClusterTime brokenAt;

    SetEntries(ReplicaSet replicaSet, SliceReader reader, Chain chain) {
        this.replicaSet = replicaSet;
        this.reader = reader;
        this.links = chain.links().iterator();
        this.readThrough = chain.after();
        this.brokenAt = ClusterTime.ZERO;
        advance();
    }

    ReplicaSet replicaSet() {
        return replicaSet;
    }

    /** The entry to be read next, or null at the end. */
    OplogEntry peek() {
        return next;
    }

    /** Entries before this time are not followed by all that came after them. */
    ClusterTime brokenAt() {
        return brokenAt;
    }

    void advance() {
        next = null;
        while (next == null && (entries != null || open())) {
            try {
                if (entries.hasNext()) {
                    next = entries.next();
                } else {
                    close();
                }
            } catch (DamagedObjectException | WrongKeyException named) {
                brokenAt = readThrough;
                close();
            }
        }
    }

    private boolean open() {
        while (links.hasNext()) {
            Chain.Link link = links.next();
            if (!link.readAfter().equals(readThrough)) {
                brokenAt = link.readAfter();
            }
            readThrough = link.readThrough();
            try {
                entries = reader.entries(link.slice(), link.readAfter(), link.readThrough());
                return true;
            } catch (DamagedObjectException | WrongKeyException named) {
                brokenAt = readThrough;
            }
        }
        return false;
    }

    @Override
    public void close() {
        if (entries != null) {
            entries.close();
            entries = null;
        }
    }
}
