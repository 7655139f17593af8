package io.tidemark.restore.estimate;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.drill.RestoreAmounts;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import java.util.List;

/**
 * Finds out how much a plan has to do: bases by their manifests, slices by the listing, entries by
 * the headers of some slices. A day of one replica set is thousands of slices; to open each would
 * take longer than what it tells is worth.
 */
public final class AmountsOfPlan {
    /** All of them up to here: then the number of entries is exact. */
    private static final int MOST_HEADERS = 16;

    private final ObjectStore bucket;
    private final SliceReader reader;

    public AmountsOfPlan(ObjectStore bucket) {
        this.bucket = bucket;
        // Headers are never sealed.
        this.reader = new SliceReader(bucket, FrameKeys.NONE);
    }

    /**
     * @param to the restored time
     * @throws io.tidemark.storage.object.DamagedObjectException if the manifest or a header is
     */
    public SetAmounts of(ReplicaSetPlan set, ClusterTime to) {
        SetAmounts oplog = ofOplog(set, to);
        return set.base()
                .map(place -> amounts(BaseManifest.read(bucket, place)))
                .map(
                        base ->
                                new SetAmounts(
                                        base.plus(oplog.amounts()), oplog.slices(), oplog.exact()))
                .orElse(oplog);
    }

    /** The same without its base. */
    public SetAmounts ofOplog(ReplicaSetPlan set, ClusterTime to) {
        List<Chain.Link> links =
                set.links().stream().filter(link -> link.readAfter().isBefore(to)).toList();
        long bytes = links.stream().mapToLong(Chain.Link::sizeBytes).sum();
        boolean all = links.size() <= MOST_HEADERS;
        double entries = all ? entries(links, to) : estimated(links, to);
        boolean whole = links.stream().allMatch(link -> share(link, to) == 1);
        return new SetAmounts(
                new RestoreAmounts(bytes, 0, 0, Math.round(entries), 0),
                links.size(),
                all && whole);
    }

    private static RestoreAmounts amounts(BaseManifest manifest) {
        RestoreAmounts sum = RestoreAmounts.NONE;
        for (BaseCollection collection : manifest.collections()) {
            long bytes = collection.parts().stream().mapToLong(BasePart::sizeBytes).sum();
            long documents = collection.documents();
            long indexes = Math.max(0, collection.indexes().size() - 1);
            sum =
                    sum.plus(
                            new RestoreAmounts(
                                    bytes,
                                    collection.rawBytes(),
                                    documents,
                                    0,
                                    documents * indexes));
        }
        return sum;
    }

    private double entries(List<Chain.Link> links, ClusterTime to) {
        return links.stream().mapToDouble(link -> entries(link) * share(link, to)).sum();
    }

    private long entries(Chain.Link link) {
        return reader.header(link.slice()).entryCount();
    }

    /** From some slices, evenly spread, by the size of all. */
    private double estimated(List<Chain.Link> links, ClusterTime to) {
        double seenEntries = 0;
        double seenBytes = 0;
        for (int i = 0; i < MOST_HEADERS; i++) {
            Chain.Link link = links.get((int) ((long) i * links.size() / MOST_HEADERS));
            seenEntries += entries(link);
            seenBytes += link.sizeBytes();
        }
        double bytes = links.stream().mapToDouble(link -> link.sizeBytes() * share(link, to)).sum();
        return seenBytes == 0 ? 0 : bytes * seenEntries / seenBytes;
    }

    /** Which part of a slice is read, by time, as if its entries were evenly spread. */
    private static double share(Chain.Link link, ClusterTime to) {
        ClusterTime end = ClusterTime.min(link.readThrough(), to);
        ClusterTime from = link.slice().slice().after();
        ClusterTime through = link.slice().slice().through();
        if (link.readAfter().equals(from) && end.equals(through)) {
            return 1;
        }
        double whole = position(through) - Math.max(position(from), position(through) - 3600);
        double read =
                position(end) - Math.max(position(link.readAfter()), position(through) - 3600);
        return whole <= 0 ? 1 : Math.max(0, Math.min(1, read / whole));
    }

    private static double position(ClusterTime time) {
        return time.seconds() + time.increment() / 1e6;
    }
}
