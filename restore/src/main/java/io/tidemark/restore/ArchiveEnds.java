package io.tidemark.restore;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.slice.SliceHeader;
import io.tidemark.storage.slice.SliceReader;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How far each replica set is archived, as a standby asks again and again: after the first time one
 * request of a listing each, and none sooner than the interval.
 */
final class ArchiveEnds {
    private final Catalogue catalogue;
    private final SliceReader reader;
    private final long everyNanos;
    private final Map<ArchivedReplicaSet, ObjectKey.OfSlice> newest = new HashMap<>();
    private final Map<ArchivedReplicaSet, Long> askedNanos = new HashMap<>();
    private final Map<ArchivedReplicaSet, SliceHeader> headers = new HashMap<>();

    ArchiveEnds(Catalogue catalogue, SliceReader reader, Duration every) {
        this.catalogue = catalogue;
        this.reader = reader;
        this.everyNanos = every.toNanos();
    }

    /** The last archived entry; 0:0 if there is none. */
    ClusterTime of(ArchivedReplicaSet life) {
        ask(life);
        return newest.containsKey(life) ? Catalogue.through(newest.get(life)) : ClusterTime.ZERO;
    }

    /** The header of the slice that holds it. */
    Optional<SliceHeader> header(ArchivedReplicaSet life) {
        ObjectKey.OfSlice key = newest.get(life);
        if (key == null) {
            return Optional.empty();
        }
        SliceHeader known = headers.get(life);
        if (known == null || !known.key().equals(key)) {
            headers.put(life, reader.header(key));
        }
        return Optional.of(headers.get(life));
    }

    private void ask(ArchivedReplicaSet life) {
        long now = System.nanoTime();
        Long asked = askedNanos.get(life);
        if (asked != null && now - asked < everyNanos) {
            return;
        }
        askedNanos.put(life, now);
        ObjectKey.OfSlice known = newest.get(life);
        Optional<ObjectKey.OfSlice> last =
                known == null ? catalogue.lastSlice(life) : behind(life, Catalogue.through(known));
        last.ifPresent(key -> newest.put(life, key));
    }

    private Optional<ObjectKey.OfSlice> behind(ArchivedReplicaSet life, ClusterTime end) {
        try (Stream<ObjectKey> later = catalogue.ranges(life, end)) {
            return later.filter(ObjectKey.OfSlice.class::isInstance)
                    .map(ObjectKey.OfSlice.class::cast)
                    .max(Comparator.comparing(Catalogue::through));
        }
    }
}
