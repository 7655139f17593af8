package io.tidemark.cli.demo;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import java.util.stream.Stream;

/** How much the bucket holds. */
record ArchiveSize(long entries, long slices) {
    static ArchiveSize of(ObjectStore bucket, ClusterName cluster) {
        Catalogue catalogue = new Catalogue(bucket, cluster);
        SliceReader reader = new SliceReader(bucket, FrameKeys.NONE);
        long entries = 0;
        long slices = 0;
        for (ArchivedReplicaSet set : catalogue.replicaSets()) {
            try (Stream<ObjectKey> ranges = catalogue.ranges(set, ClusterTime.ZERO)) {
                for (ObjectKey key : (Iterable<ObjectKey>) ranges::iterator) {
                    if (key instanceof ObjectKey.OfSlice slice) {
                        entries += reader.header(slice).entryCount();
                        slices++;
                    }
                }
            }
        }
        return new ArchiveSize(entries, slices);
    }
}
