package io.tidemark.sink.store;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SealedSlice;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Puts slices and gaps behind the end of an archive. Two writers that read the same records make
 * the same objects, which is harmless. If they don't (one rolled early at its end), the keys differ
 * and no put fails: so before each put the bucket must still end where this writer stands. Between
 * that look and the put another writer may come in; then both have made a slice of the same start,
 * of which readers take the longer one, and the other writer stops at its next put.
 */
public final class RangeStore {
    private final ObjectStore store;
    private final Catalogue catalogue;

    public RangeStore(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.catalogue = new Catalogue(store, cluster);
    }

    /**
     * @throws FencedException if another writer has gone on from there, or made the same key with
     *     other content
     */
    public void put(SealedSlice slice) {
        ObjectKey.OfSlice key = slice.header().key();
        requireEnd(key, key.incarnation(), key.replicaSet(), key.slice().after());
        slice.putTo(store);
    }

    /** As {@link #put(SealedSlice)}. */
    public void put(GapObject gap) {
        requireEnd(gap.key(), gap.incarnation(), gap.replicaSet(), gap.gap().after());
        gap.putTo(store);
    }

    private void requireEnd(
            ObjectKey key, Incarnation incarnation, ReplicaSet replicaSet, ClusterTime after) {
        ArchivedReplicaSet set = new ArchivedReplicaSet(key.cluster(), incarnation, replicaSet);
        try (Stream<ObjectKey> newer = catalogue.ranges(set, after)) {
            Optional<ObjectKey> other = newer.filter(found -> !found.equals(key)).findFirst();
            if (other.isPresent()) {
                throw FencedException.overtaken(key.text(), other.get().text(), store.describe());
            }
        }
    }
}
