package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.standby.StandbyNote;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What goes and what stays.
 *
 * @param kept bases that stay, with the reason
 * @param births lives that are restored from their first entry on, with the reason
 * @param after oplog entries after this time stay
 * @param standbys for which that is, among others
 * @param bases that go, half-removed ones of an earlier run included
 * @param unfinished what snapshots left that made no base of it: given up and removed, or staying
 *     because its snapshot may go on
 * @param parts of bases that go, given up ones included, and what their scans stood on
 * @param ranges slices and gaps that go, the oldest of each replica set first
 * @param windows pictures of windows that newer ones have replaced
 */
public record PrunePlan(
        Map<StoredBase, String> kept,
        Map<ArchivedReplicaSet, String> births,
        ClusterTime after,
        List<StandbyNote> standbys,
        List<BasePlace> bases,
        List<UnfinishedBase> unfinished,
        List<StoredObject> parts,
        List<StoredObject> ranges,
        List<StoredObject> windows) {
    public boolean isEmpty() {
        return going().isEmpty() && parts.isEmpty() && ranges.isEmpty() && windows.isEmpty();
    }

    /** Those of {@link #unfinished} that go. */
    public List<BasePlace> abandoned() {
        return unfinished.stream()
                .filter(base -> base.fate() == UnfinishedBase.Fate.GIVEN_UP)
                .map(UnfinishedBase::place)
                .toList();
    }

    /** All whose objects are removed. */
    List<BasePlace> going() {
        return Stream.concat(bases.stream(), abandoned().stream()).toList();
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
