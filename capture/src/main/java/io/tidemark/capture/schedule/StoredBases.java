package io.tidemark.capture.schedule;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.storage.base.SnapshotManifest;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import java.util.Comparator;
import java.util.Optional;

/** As the manifests in the bucket say. */
public record StoredBases(ObjectStore store, ClusterName cluster) implements Bases {
    @Override
    public Optional<Newest> newest() {
        Optional<Newest> newest = Optional.empty();
        for (Incarnation incarnation : Catalogue.incarnations(store, cluster)) {
            for (String id : store.folders(KeyPrefix.bases(cluster, incarnation))) {
                Optional<Newest> one = base(incarnation, id);
                if (one.isPresent() && isNewer(one.get(), newest)) {
                    newest = one;
                }
            }
        }
        return newest;
    }

    private static boolean isNewer(Newest one, Optional<Newest> other) {
        return other.isEmpty() || one.usableFrom().isAfter(other.get().usableFrom());
    }

    private Optional<Newest> base(Incarnation incarnation, String id) {
        ObjectKey.OfSnapshotManifest key;
        try {
            key = new ObjectKey.OfSnapshotManifest(cluster, incarnation, id);
        } catch (IllegalArgumentException stranger) {
            return Optional.empty(); // a folder of somebody else
        }
        if (store.head(key.text()).isEmpty()) {
            return Optional.empty();
        }
        SnapshotManifest manifest = SnapshotManifest.read(store, key);
        ClusterTime covers =
                manifest.replicaSets().stream()
                        .map(SnapshotManifest.Member::replayFrom)
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
        return Optional.of(new Newest(covers, manifest.usableFrom()));
    }
}
