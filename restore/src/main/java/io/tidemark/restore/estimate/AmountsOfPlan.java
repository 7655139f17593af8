package io.tidemark.restore.estimate;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.drill.RestoreAmounts;
import io.tidemark.storage.frames.Frame;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceHeader;
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
        Held held = all ? counted(links, to) : estimated(links, to);
        boolean whole = links.stream().allMatch(link -> isWhole(link, to));
        return new SetAmounts(
                new RestoreAmounts(
                        bytes,
                        0,
                        0,
                        Math.round(held.entries),
                        Math.round(Math.max(held.entries, held.operations)),
                        0),
                links.size(),
                all && whole);
    }

    /** What slices hold of either. */
    private record Held(double entries, double operations) {
        static final Held NOTHING = new Held(0, 0);

        Held plus(Held other) {
            return new Held(entries + other.entries, operations + other.operations);
        }

        Held times(double share) {
            return new Held(entries * share, operations * share);
        }
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
                                    0,
                                    documents * indexes));
        }
        return sum;
    }

    private Held counted(List<Chain.Link> links, ClusterTime to) {
        return links.stream()
                .map(link -> held(link).times(share(link, to)))
                .reduce(Held.NOTHING, Held::plus);
    }

    private Held held(Chain.Link link) {
        SliceHeader header = reader.header(link.slice());
        return new Held(header.entryCount(), header.operations().orElseGet(header::entryCount));
    }

    /** From some slices, evenly spread, by the size of all. */
    private Held estimated(List<Chain.Link> links, ClusterTime to) {
        Held seen = Held.NOTHING;
        double seenBytes = 0;
        for (int i = 0; i < MOST_HEADERS; i++) {
            Chain.Link link = links.get((int) ((long) i * links.size() / MOST_HEADERS));
            seen = seen.plus(held(link));
            seenBytes += link.sizeBytes();
        }
        double bytes = links.stream().mapToDouble(link -> link.sizeBytes() * share(link, to)).sum();
        return seenBytes == 0 ? Held.NOTHING : seen.times(bytes / seenBytes);
    }

    private static boolean isWhole(Chain.Link link, ClusterTime to) {
        return link.readAfter().equals(link.slice().slice().after())
                && !link.readThrough().isAfter(to)
                && link.readThrough().equals(link.slice().slice().through());
    }

    /**
     * Which part of a slice is read, by the bytes of its frames; only one that is cut is opened.
     */
    private double share(Chain.Link link, ClusterTime to) {
        if (isWhole(link, to)) {
            return 1;
        }
        ClusterTime end = ClusterTime.min(link.readThrough(), to);
        double whole = 0;
        double read = 0;
        for (Frame frame : reader.frames(link.slice())) {
            whole += frame.rawBytes();
            read += frame.rawBytes() * share(frame, link.readAfter(), end);
        }
        return whole == 0 ? 1 : read / whole;
    }

    /** By time within the frame, as if its entries were evenly spread there. */
    private static double share(Frame frame, ClusterTime after, ClusterTime through) {
        if (frame.times().isEmpty()) {
            return 1;
        }
        ClusterTime first = frame.times().get().first();
        ClusterTime last = frame.times().get().last();
        if (first.isAfter(through) || !last.isAfter(after)) {
            return 0;
        }
        double whole = position(last) - position(first);
        double from = Math.max(position(first), position(after));
        double read = Math.min(position(last), position(through)) - from;
        return whole <= 0 ? 1 : Math.max(0, Math.min(1, read / whole));
    }

    private static double position(ClusterTime time) {
        return time.seconds() + time.increment() / 1e6;
    }
}
