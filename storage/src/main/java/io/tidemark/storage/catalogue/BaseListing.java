package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * The bases of one cluster. Each of them needs requests of its own, so several are asked for at
 * once: a week's bases of twenty replica sets would be a matter of seconds one after the other.
 */
final class BaseListing {
    private static final int AT_ONCE = 8;

    private final ObjectStore store;
    private final ClusterName cluster;

    BaseListing(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** What {@code read} makes of each place that has a manifest, in the order of the listing. */
    <T> List<T> each(Function<BasePlace, T> read) {
        List<Callable<Optional<T>>> tasks = new ArrayList<>();
        for (BasePlace place : folders()) {
            tasks.add(() -> hasManifest(place) ? Optional.of(read.apply(place)) : Optional.empty());
        }
        return tasks.isEmpty() ? List.of() : run(tasks);
    }

    private List<BasePlace> folders() {
        List<BasePlace> places = new ArrayList<>();
        for (Incarnation incarnation : Catalogue.incarnations(store, cluster)) {
            String prefix = KeyPrefix.bases(cluster, incarnation);
            for (String snapshot : store.folders(prefix)) {
                for (String set : store.folders(prefix + snapshot + "/")) {
                    Catalogue.ifPossible(
                                    () ->
                                            new BasePlace(
                                                    cluster,
                                                    incarnation,
                                                    snapshot,
                                                    new ReplicaSet(set)))
                            .ifPresent(places::add);
                }
            }
        }
        return places;
    }

    private boolean hasManifest(BasePlace place) {
        return store.head(new ObjectKey.OfBaseManifest(place).text()).isPresent();
    }

    private static <T> List<T> run(List<Callable<Optional<T>>> tasks) {
        ExecutorService pool =
                Executors.newFixedThreadPool(Math.min(AT_ONCE, tasks.size()), BaseListing::thread);
        try {
            List<T> results = new ArrayList<>();
            for (Future<Optional<T>> task : pool.invokeAll(tasks)) {
                task.get().ifPresent(results::add);
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading bases", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("reading bases failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "base-listing");
        thread.setDaemon(true);
        return thread;
    }
}
