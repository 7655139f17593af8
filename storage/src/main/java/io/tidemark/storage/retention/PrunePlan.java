package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.object.StoredObject;
import java.util.List;
import java.util.Map;

/**
 * What goes and what stays.
 *
 * @param kept bases that stay, with the reason
 * @param births lives that are restored from their first entry on, with the reason
 * @param after oplog entries after this time stay
 * @param bases that go, half-removed ones of an earlier run included
 * @param parts of them
 * @param ranges slices and gaps that go, the oldest of each replica set first
 * @param windows pictures of windows that newer ones have replaced
 */
public record PrunePlan(
        Map<StoredBase, String> kept,
        Map<ArchivedReplicaSet, String> births,
        ClusterTime after,
        List<BasePlace> bases,
        List<StoredObject> parts,
        List<StoredObject> ranges,
        List<StoredObject> windows) {
    public boolean isEmpty() {
        return bases.isEmpty() && parts.isEmpty() && ranges.isEmpty() && windows.isEmpty();
    }

    public long objects() {
        return (long) parts.size() + ranges.size() + windows.size();
    }

    /** Of all objects that go but manifests. */
    public long sizeBytes() {
        return size(parts) + size(ranges) + size(windows);
    }

    private static long size(List<StoredObject> objects) {
        return objects.stream().mapToLong(StoredObject::sizeBytes).sum();
    }
}
