package io.tidemark.sink.store;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks the bucket where the archive of a replica set ends. The bucket is the only truth: it can't
 * be behind itself, as committed offsets can.
 */
public final class ArchiveEnds {
    private final ObjectStore store;
    private final Catalogue catalogue;
    private final SliceReader slices;

    public ArchiveEnds(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.catalogue = new Catalogue(store, cluster);
        // Headers are never sealed, so no keys are needed.
        this.slices = new SliceReader(store, FrameKeys.NONE);
    }

    /**
     * Every life of the replica set, with its end.
     *
     * @throws io.tidemark.storage.object.StorageException if the bucket can't be asked, or a last
     *     object is damaged
     */
    public Map<Incarnation, ArchivePosition> of(ReplicaSet replicaSet) {
        Map<Incarnation, ArchivePosition> ends = new HashMap<>();
        for (ArchivedReplicaSet life : catalogue.lives(replicaSet)) {
            catalogue.last(life).ifPresent(key -> ends.put(life.incarnation(), end(life, key)));
        }
        return ends;
    }

    private ArchivePosition end(ArchivedReplicaSet life, ObjectKey key) {
        if (key instanceof ObjectKey.OfSlice slice) {
            return ArchivePosition.behind(slices.header(slice));
        }
        GapObject gap = GapObject.read(store, (ObjectKey.OfGap) key);
        Optional<ReplicaSetRole> role =
                catalogue.lastSlice(life).flatMap(slice -> slices.header(slice).role());
        return new ArchivePosition(gap.gap().through(), role, java.util.List.of(), gap.kafka());
    }
}
