package io.tidemark.storage.drill;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The drills of one cluster. A damaged result is passed over: another one says what it said. */
public final class Drills {
    private final ObjectStore store;
    private final ClusterName cluster;

    public Drills(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** All keys, the newest first. */
    public List<ObjectKey.OfDrill> newestFirst() {
        List<ObjectKey.OfDrill> keys = new ArrayList<>();
        try (Stream<StoredObject> objects = store.list(KeyPrefix.drills(cluster), "")) {
            objects.flatMap(object -> ObjectKey.parse(object.key()).stream())
                    .filter(ObjectKey.OfDrill.class::isInstance)
                    .map(ObjectKey.OfDrill.class::cast)
                    .forEach(keys::add);
        }
        Collections.reverse(keys);
        return keys;
    }

    /** Whatever it found. */
    public Optional<DrillResult> last() {
        return results().findFirst();
    }

    /** The last one that proved a restore. */
    public Optional<DrillResult> lastProven() {
        return results().filter(DrillResult::isProven).findFirst();
    }

    /** The last ones that proved a restore, the newest first; no more than so many are read. */
    public List<DrillResult> lastProven(int most) {
        return newestFirst().stream()
                .limit(most)
                .flatMap(key -> read(key).stream())
                .filter(DrillResult::isProven)
                .toList();
    }

    private Stream<DrillResult> results() {
        return newestFirst().stream().flatMap(key -> read(key).stream());
    }

    private Optional<DrillResult> read(ObjectKey.OfDrill key) {
        try {
            return Optional.of(DrillResult.read(store, key));
        } catch (DamagedObjectException passedOver) {
            return Optional.empty();
        }
    }
}
