package io.tidemark.cli.dump;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.StoredObject;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The slices that earlier imports of the same replica set left, by where they begin. */
final class StoredOplog {
    private final NavigableMap<ClusterTime, ObjectKey.OfSlice> slices;

    private StoredOplog(NavigableMap<ClusterTime, ObjectKey.OfSlice> slices) {
        this.slices = slices;
    }

    static StoredOplog list(ImportPlace place) {
        String prefix = KeyPrefix.oplog(place.cluster(), place.incarnation(), place.replicaSet());
        NavigableMap<ClusterTime, ObjectKey.OfSlice> found = new TreeMap<>();
        try (Stream<StoredObject> objects = place.store().list(prefix, "")) {
            objects.map(object -> ObjectKey.parse(object.key()))
                    .flatMap(Optional::stream)
                    .filter(ObjectKey.OfSlice.class::isInstance)
                    .map(ObjectKey.OfSlice.class::cast)
                    .forEach(key -> found.put(key.slice().after(), key));
        }
        return new StoredOplog(found);
    }

    boolean isEmpty() {
        return slices.isEmpty();
    }

    /** Where the record begins, exclusive. Not to be asked of an empty one. */
    ClusterTime begin() {
        return slices.firstKey();
    }

    ObjectKey.OfSlice last() {
        return slices.lastEntry().getValue();
    }

    /** Where the slice ends that begins at {@code after}; empty if none does. */
    Optional<ClusterTime> endOfSliceAt(ClusterTime after) {
        return Optional.ofNullable(slices.get(after)).map(key -> key.slice().through());
    }

    /** How many slices hold times from {@code from} on. */
    long countFrom(ClusterTime from) {
        return slices.values().stream()
                .filter(key -> !key.slice().through().isBefore(from))
                .count();
    }
}
