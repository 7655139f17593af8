package io.tidemark.restore.fetch;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.transaction.EntryLookup;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.object.AtOnce;
import io.tidemark.storage.slice.OpenTransaction;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** One replica set's archived entries. May be shared by threads. */
public final class EntrySource implements EntryLookup {
    /** Each holds a few MiB, and there are as many replica sets as there are. */
    private static final int VERIFIED_AT_ONCE = 2;

    private final SliceReader reader;
    private final ReplicaSetPlan plan;

    public EntrySource(SliceReader reader, ReplicaSetPlan plan) {
        this.reader = reader;
        this.plan = plan;
    }

    public ReplicaSetPlan plan() {
        return plan;
    }

    /**
     * The same oplog from an earlier time on than replay needs it, as far as it is archived: for
     * looking something up, not for replay, as slices may be missing there.
     */
    public EntrySource reachingBack(Catalogue catalogue, ClusterTime after) {
        if (!after.isBefore(plan.replayAfter())) {
            return this;
        }
        Chain longer = catalogue.chain(plan.life(), after, plan.readThrough());
        return new EntrySource(
                reader,
                new ReplicaSetPlan(
                        plan.life(),
                        plan.role(),
                        plan.base(),
                        after,
                        longer.links(),
                        plan.readThrough()));
    }

    /** Entries in {@code (after, through]}, in order; to be closed. */
    public EntryStream read(ClusterTime after, ClusterTime through) {
        return new EntryStream(reader, plan, plan.links().iterator(), after, through);
    }

    /**
     * Entries after {@code after}, in order, as far as they are archived without a hole: beyond the
     * plan's slices too, which are listed as they are read; to be closed.
     */
    public EntryStream readToTheEnd(Catalogue catalogue, ClusterTime after) {
        return new EntryStream(
                reader, plan, new LinksToTheEnd(catalogue, plan), after, ClusterTime.MAX);
    }

    /**
     * Reads every byte of the slices that a restore to {@code to} replays, and of the next one,
     * where the outcome of transactions still open at {@code to} is most likely found.
     *
     * @param after slices that end before are replayed already
     * @throws io.tidemark.storage.object.DamagedObjectException if one is missing or not what was
     *     written; the rest is not read then
     */
    public void verifyBytes(ClusterTime after, ClusterTime to) {
        Queue<Chain.Link> left = new ConcurrentLinkedQueue<>();
        for (Chain.Link link : plan.links()) {
            if (link.readThrough().isAfter(after)) {
                left.add(link);
            }
            if (link.readAfter().compareTo(to) >= 0) {
                break;
            }
        }
        AtOnce.all(Collections.nCopies(VERIFIED_AT_ONCE, () -> verifyBytes(left)));
    }

    private Void verifyBytes(Queue<Chain.Link> left) {
        try {
            for (Chain.Link link = left.poll(); link != null; link = left.poll()) {
                reader.verifyBytes(link.slice());
            }
            return null;
        } catch (RuntimeException failed) {
            left.clear();
            throw failed;
        }
    }

    /**
     * Hands over what replay reads up to {@code to}, but for slices that hold neither commands nor
     * {@code applyOps}.
     */
    public void forEachCommand(ClusterTime to, Consumer<OplogEntry> reader) {
        for (Chain.Link link : plan.links()) {
            ClusterTime after = ClusterTime.max(plan.replayAfter(), link.readAfter());
            ClusterTime through = ClusterTime.min(to, link.readThrough());
            if (after.isBefore(through) && holdsCommands(link.slice())) {
                try (SliceEntries entries = this.reader.entries(link.slice(), after, through)) {
                    entries.forEachRemaining(reader);
                }
            }
        }
    }

    private boolean holdsCommands(ObjectKey.OfSlice slice) {
        Map<RecordKind, Long> counts = reader.header(slice).entries();
        return counts.getOrDefault(RecordKind.DDL, 0L) > 0
                || counts.getOrDefault(RecordKind.TXN, 0L) > 0;
    }

    /** The transactions that are open after the slice's last entry, as its header says. */
    public List<OpenTransaction> openAfter(ObjectKey.OfSlice slice) {
        return reader.header(slice).openTransactions();
    }

    @Override
    public OplogEntry entry(ClusterTime at) {
        for (Chain.Link link : plan.links()) {
            boolean within = at.isAfter(link.readAfter()) && !at.isAfter(link.readThrough());
            if (within) {
                return single(link, at);
            }
        }
        throw absent(at);
    }

    private OplogEntry single(Chain.Link link, ClusterTime at) {
        try (SliceEntries entries = reader.entries(link.slice(), at.previous(), at)) {
            if (entries.hasNext()) {
                return entries.next();
            }
        }
        throw absent(at);
    }

    private RestoreException absent(ClusterTime at) {
        return new RestoreException.ArchiveDamaged(
                "Entry "
                        + at
                        + " of replica set "
                        + plan.replicaSet()
                        + " was there and is not any more. Does somebody prune this bucket now?");
    }
}
