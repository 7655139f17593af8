package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.object.AtOnce;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * The bases of one cluster. Each of them needs requests of its own, so several are asked for at
 * once: a month's bases of ten replica sets would be a matter of seconds one after the other.
 */
final class BaseListing {
    private final ObjectStore store;
    private final ClusterName cluster;

    BaseListing(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** Those that have a manifest and were not given up, in the order of the listing. */
    List<BasePlace> places() {
        return each(place -> hasManifest(place) ? Optional.of(place) : Optional.empty());
    }

    /** What {@code read} makes of their manifests, in the order of the listing. */
    <T> List<T> manifests(Function<BaseManifest, T> read) {
        return each(place -> BaseManifest.find(store, place).map(read));
    }

    private <T> List<T> each(Function<BasePlace, Optional<T>> read) {
        Set<BasePlace> abandoned = new AbandonedBases(store, cluster).places();
        List<Callable<Optional<T>>> tasks = new ArrayList<>();
        for (BasePlace place : folders()) {
            if (!abandoned.contains(place)) {
                tasks.add(() -> read.apply(place));
            }
        }
        return AtOnce.all(tasks).stream().flatMap(Optional::stream).toList();
    }

    /** Whether or not a manifest makes them bases. */
    List<BasePlace> folders() {
        List<Callable<List<BasePlace>>> tasks = new ArrayList<>();
        for (Incarnation incarnation : Catalogue.incarnations(store, cluster)) {
            for (String snapshot : store.folders(KeyPrefix.bases(cluster, incarnation))) {
                tasks.add(() -> folders(incarnation, snapshot));
            }
        }
        return AtOnce.all(tasks).stream().flatMap(List::stream).toList();
    }

    private List<BasePlace> folders(Incarnation incarnation, String snapshot) {
        List<BasePlace> places = new ArrayList<>();
        String prefix = KeyPrefix.bases(cluster, incarnation) + snapshot + "/";
        for (String set : store.folders(prefix)) {
            Catalogue.ifPossible(
                            () ->
                                    new BasePlace(
                                            cluster, incarnation, snapshot, new ReplicaSet(set)))
                    .ifPresent(places::add);
        }
        return places;
    }

    private boolean hasManifest(BasePlace place) {
        return store.head(new ObjectKey.OfBaseManifest(place).text()).isPresent();
    }
}
