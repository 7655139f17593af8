package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One cluster's archive as its listing tells it: no object is opened, nothing is remembered between
 * calls. Keys that aren't ours are passed over. Throws {@link
 * io.tidemark.storage.object.UnreachableException} where the bucket can't be listed.
 */
public final class Catalogue {
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
        String from = KeyPrefix.oplogFrom(cluster, set.incarnation(), set.replicaSet(), after);
        return store.list(oplog(set), from)
                .flatMap(object -> range(object).stream())
                .filter(key -> through(key).isAfter(after));
    }

    /**
     * What holds the entries in {@code (after, through]}. Lists from the hour of {@code after} on;
     * as far as {@code through} where nothing is missing, to the end where something is.
     */
    public Chain chain(ArchivedReplicaSet set, ClusterTime after, ClusterTime through) {
        return Chain.of(after, through, ranges(set, after));
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
                return objects.flatMap(object -> range(object).stream()).filter(wanted).max(BY_END);
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

    /** Bases that have a manifest, in the order of incarnation, snapshot id, replica set. */
    public List<BasePlace> bases() {
        List<BasePlace> bases = new ArrayList<>();
        for (Incarnation incarnation : incarnations(store, cluster)) {
            String prefix = KeyPrefix.bases(cluster, incarnation);
            for (String snapshot : store.folders(prefix)) {
                for (String set : store.folders(prefix + snapshot + "/")) {
                    ifPossible(
                                    () ->
                                            new BasePlace(
                                                    cluster,
                                                    incarnation,
                                                    snapshot,
                                                    new ReplicaSet(set)))
                            .filter(this::hasManifest)
                            .ifPresent(bases::add);
                }
            }
        }
        return bases;
    }

    private boolean hasManifest(BasePlace place) {
        return store.head(new ObjectKey.OfBaseManifest(place).text()).isPresent();
    }

    /** The lives of the replica sets that have something in the bucket. */
    public static List<Incarnation> incarnations(ObjectStore store, ClusterName cluster) {
        return store.folders(KeyPrefix.cluster(cluster)).stream()
                .flatMap(folder -> ifPossible(() -> new Incarnation(folder)).stream())
                .toList();
    }

    private static Optional<ObjectKey> range(StoredObject object) {
        return ObjectKey.parse(object.key())
                .filter(k -> k instanceof ObjectKey.OfSlice || k instanceof ObjectKey.OfGap);
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
    private static <T> Optional<T> ifPossible(java.util.function.Supplier<T> build) {
        try {
            return Optional.of(build.get());
        } catch (IllegalArgumentException stranger) {
            return Optional.empty();
        }
    }
}
