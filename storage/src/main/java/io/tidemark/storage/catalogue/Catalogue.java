package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One cluster's archive as its listing tells it: no object is opened, nothing is remembered between
 * calls. Keys that aren't ours are passed over. Throws {@link
 * io.tidemark.storage.object.UnreachableException} where the bucket can't be listed.
 */
public final class Catalogue {
    /** Slices behind the time of a restore that it is told of at once. */
    private static final int LINKS_BEYOND = 16;

    /** What one request of a listing gives. */
    private static final int ONE_PAGE = 1000;

    private final ObjectStore store;
    private final ClusterName cluster;

    public Catalogue(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** The clusters that have something in the bucket, by name. */
    public static List<ClusterName> clusters(ObjectStore store) {
        List<ClusterName> clusters = new ArrayList<>();
        for (String folder : store.folders("")) {
            ifPossible(() -> new ClusterName(folder))
                    .filter(cluster -> !incarnations(store, cluster).isEmpty())
                    .ifPresent(clusters::add);
        }
        return clusters;
    }

    /**
     * Whether the bucket knows of the cluster: by slices, bases, a timeline, holds, drills or notes
     * of standbys. What only a restore or a prune left that was under way tells nothing.
     */
    public boolean holdsAnything() {
        String turns = KeyPrefix.turns(cluster);
        String prefix = KeyPrefix.cluster(cluster);
        return store.folders(prefix).stream()
                .anyMatch(folder -> !turns.equals(prefix + folder + "/"));
    }

    /** Every life of every replica set that has slices or gaps. */
    public List<ArchivedReplicaSet> replicaSets() {
        List<ArchivedReplicaSet> sets = new ArrayList<>();
        for (Incarnation incarnation : incarnations(store, cluster)) {
            for (String folder : store.folders(KeyPrefix.oplogs(cluster, incarnation))) {
                ifPossible(() -> new ReplicaSet(folder))
                        .map(name -> new ArchivedReplicaSet(cluster, incarnation, name))
                        .ifPresent(sets::add);
            }
        }
        return sets.stream().sorted().toList();
    }

    /** The lives of that replica set; several if it was made anew, or was imported as well. */
    public List<ArchivedReplicaSet> lives(ReplicaSet replicaSet) {
        return replicaSets().stream().filter(set -> set.replicaSet().equals(replicaSet)).toList();
    }

    /**
     * Slices and gaps that end after {@code after}, in the order of the hour in which they end,
     * then of their start; fetched as they are read. Close the stream.
     */
    public Stream<ObjectKey> ranges(ArchivedReplicaSet set, ClusterTime after) {
        return listed(set, after).map(ListedRange::key);
    }

    private Stream<ListedRange> listed(ArchivedReplicaSet set, ClusterTime after) {
        String from = KeyPrefix.oplogFrom(cluster, set.incarnation(), set.replicaSet(), after);
        return store.list(oplog(set), from)
                .flatMap(object -> listed(object).stream())
                .filter(range -> through(range.key()).isAfter(after));
    }

    /**
     * What holds the entries in {@code (after, through]}. Lists from the hour of {@code after} on;
     * as far as {@code through} where nothing is missing, to the end where something is.
     */
    public Chain chain(ArchivedReplicaSet set, ClusterTime after, ClusterTime through) {
        return Chain.of(after, through, listed(set, after));
    }

    /**
     * What a restore to {@code time} reads of the entries after {@code after}: lists from the hour
     * of {@code after} until {@code time} is reached without a hole, and a few slices further,
     * where outcomes of transactions lie. Unbroken then, and ends with the last of those slices;
     * the archive may go on. Where {@code time} can't be reached without a hole, all that is listed
     * up to the archive's end, with its holes.
     */
    public Chain chainReaching(ArchivedReplicaSet set, ClusterTime after, ClusterTime time) {
        return Chain.reaching(after, time, listed(set, after), LINKS_BEYOND, ONE_PAGE);
    }

    /**
     * Whether the record begins with the first entry that the replica set ever wrote, as far as the
     * first page of the listing tells: a slice from 0:0 ends first, unless many that lie inside it
     * were imported as well.
     */
    public boolean beginsWithBirth(ArchivedReplicaSet set) {
        return firstSlice(set)
                .filter(slice -> slice.slice().after().equals(ClusterTime.ZERO))
                .isPresent();
    }

    /** The slice or gap that ends last; at the same end a slice before a gap. Empty if none. */
    public Optional<ObjectKey> last(ArchivedReplicaSet set) {
        return last(oplog(set), 4, key -> true);
    }

    /** The slice that ends last, whatever gaps follow. Empty if none. */
    public Optional<ObjectKey.OfSlice> lastSlice(ArchivedReplicaSet set) {
        return last(oplog(set), 4, key -> key instanceof ObjectKey.OfSlice)
                .map(ObjectKey.OfSlice.class::cast);
    }

    private String oplog(ArchivedReplicaSet set) {
        return KeyPrefix.oplog(cluster, set.incarnation(), set.replicaSet());
    }

    /** From the latest year, month, day, hour on: a few listings, however long the archive is. */
    private Optional<ObjectKey> last(String folder, int levels, Predicate<ObjectKey> wanted) {
        if (levels == 0) {
            try (Stream<StoredObject> objects = store.list(folder, "")) {
                return objects.flatMap(object -> listed(object).stream())
                        .map(ListedRange::key)
                        .filter(wanted)
                        .max(BY_END);
            }
        }
        List<String> names = store.folders(folder);
        for (int i = names.size() - 1; i >= 0; i--) {
            Optional<ObjectKey> found = last(folder + names.get(i) + "/", levels - 1, wanted);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The slice or gap listed first: where the record of this replica set begins. */
    public Optional<ObjectKey> first(ArchivedReplicaSet set) {
        try (Stream<ObjectKey> ranges = ranges(set, ClusterTime.ZERO)) {
            return ranges.findFirst();
        }
    }

    /** The slice with the earliest start, as far as the first page of the listing tells. */
    public Optional<ObjectKey.OfSlice> firstSlice(ArchivedReplicaSet set) {
        try (Stream<ObjectKey> ranges = ranges(set, ClusterTime.ZERO)) {
            return ranges.limit(ONE_PAGE)
                    .filter(ObjectKey.OfSlice.class::isInstance)
                    .map(ObjectKey.OfSlice.class::cast)
                    .min(Comparator.comparing(key -> key.slice().after()));
        }
    }

    /**
     * Bases that have a manifest and were not given up before they had one, in the order of
     * incarnation, snapshot id, replica set.
     */
    public List<BasePlace> bases() {
        return new BaseListing(store, cluster).places();
    }

    /**
     * Where bases are, were begun, or are being removed, in the order of {@link #bases()}: whatever
     * has a folder, with a manifest or without.
     */
    public List<BasePlace> basePlaces() {
        return new BaseListing(store, cluster).folders();
    }

    /**
     * What {@code fact} makes of the manifest of each of them; several are read at once, and none
     * is kept.
     *
     * @throws io.tidemark.storage.object.DamagedObjectException if one is damaged
     */
    public <T> List<T> bases(Function<BaseManifest, T> fact) {
        return new BaseListing(store, cluster).manifests(fact);
    }

    /** The lives of the replica sets that have something in the bucket. */
    public static List<Incarnation> incarnations(ObjectStore store, ClusterName cluster) {
        return store.folders(KeyPrefix.cluster(cluster)).stream()
                .flatMap(folder -> ifPossible(() -> new Incarnation(folder)).stream())
                .toList();
    }

    private static Optional<ListedRange> listed(StoredObject object) {
        return ObjectKey.parse(object.key())
                .filter(k -> k instanceof ObjectKey.OfSlice || k instanceof ObjectKey.OfGap)
                .map(key -> new ListedRange(key, object.sizeBytes()));
    }

    /** The end of a slice or gap. */
    public static ClusterTime through(ObjectKey range) {
        return range instanceof ObjectKey.OfSlice slice
                ? slice.slice().through()
                : ((ObjectKey.OfGap) range).through();
    }

    private static final Comparator<ObjectKey> BY_END =
            Comparator.comparing(Catalogue::through)
                    .thenComparing(key -> key instanceof ObjectKey.OfSlice);

    /** Strangers' folders have names that ours can't have. */
    static <T> Optional<T> ifPossible(Supplier<T> build) {
        try {
            return Optional.of(build.get());
        } catch (IllegalArgumentException stranger) {
            return Optional.empty();
        }
    }
}
