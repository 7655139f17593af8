package io.tidemark.restore.fetch;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Entries over slice after slice. The order over the borders of slices, and the terms, are checked:
 * a term that falls while time goes on is a history that was rolled back.
 */
public final class EntryStream implements Iterator<OplogEntry>, AutoCloseable {
    private final SliceReader reader;
    private final ReplicaSetPlan plan;
    private final ClusterTime after;
    private final ClusterTime through;
    private final Iterator<Chain.Link> links;
    private SliceEntries entries;
    private Optime last = Optime.NONE;

    EntryStream(
            SliceReader reader,
            ReplicaSetPlan plan,
            Iterator<Chain.Link> links,
            ClusterTime after,
            ClusterTime through) {
        this.reader = reader;
        this.plan = plan;
        this.after = after;
        this.through = through;
        this.links = links;
    }

    @Override
    public boolean hasNext() {
        while (entries == null || !entries.hasNext()) {
            if (!openNext()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public OplogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no further entry");
        }
        OplogEntry entry = entries.next();
        boolean ordered = entry.clusterTime().isAfter(last.clusterTime());
        boolean sameHistory = entry.optime().term() < 0 || entry.optime().term() >= last.term();
        if (!ordered || !sameHistory) {
            throw new RestoreException.ArchiveDamaged(
                    "In the archive of replica set "
                            + plan.replicaSet()
                            + " entry "
                            + entry.optime()
                            + " follows "
                            + last
                            + ": these belong to different histories. Restore to a time before, or"
                            + " from a base taken after.");
        }
        last = entry.optime();
        return entry;
    }

    private boolean openNext() {
        close();
        while (links.hasNext()) {
            Chain.Link link = links.next();
            ClusterTime from = ClusterTime.max(after, link.readAfter());
            ClusterTime to = ClusterTime.min(through, link.readThrough());
            if (from.isBefore(to)) {
                entries = reader.entries(link.slice(), from, to);
                return true;
            }
        }
        return false;
    }

    /** Gives up the rest. */
    @Override
    public void close() {
        if (entries != null) {
            entries.close();
            entries = null;
        }
    }
}
