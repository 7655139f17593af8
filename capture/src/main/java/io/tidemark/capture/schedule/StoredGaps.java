package io.tidemark.capture.schedule;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The last gap behind the newest base, as the bucket lists them. A listing of a day's slices takes
 * some requests, so an answer is used for ten minutes.
 */
public final class StoredGaps implements Invalidations {
    private static final Duration USED_FOR = Duration.ofMinutes(10);
    private final ObjectStore store;
    private final ClusterName cluster;
    private final Bases bases;
    private final LongSupplier nanoTime;
    private Optional<Invalidation> last = Optional.empty();
    private boolean looked;
    private long lookedNanos;

    /**
     * @param nanoTime as {@link System#nanoTime}
     */
    public StoredGaps(ObjectStore store, ClusterName cluster, Bases bases, LongSupplier nanoTime) {
        this.store = store;
        this.cluster = cluster;
        this.bases = bases;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Invalidation> last() {
        long now = nanoTime.getAsLong();
        if (!looked || now - lookedNanos > USED_FOR.toNanos()) {
            // Without a base there is nothing that a gap could take away.
            last = bases.newest().flatMap(base -> lastGap(base.covers()));
            looked = true;
            lookedNanos = now;
        }
        return last;
    }

    private Optional<Invalidation> lastGap(ClusterTime after) {
        Catalogue catalogue = new Catalogue(store, cluster);
        Optional<ClusterTime> through = Optional.empty();
        for (ArchivedReplicaSet set : catalogue.replicaSets()) {
            try (Stream<ObjectKey> ranges = catalogue.ranges(set, after)) {
                Optional<ClusterTime> gap =
                        ranges.filter(ObjectKey.OfGap.class::isInstance)
                                .map(Catalogue::through)
                                .max(ClusterTime::compareTo);
                if (gap.isPresent()) {
                    through = Optional.of(ClusterTime.max(gap.get(), through.orElse(gap.get())));
                }
            }
        }
        return through.map(time -> new Invalidation("gap", time));
    }
}
