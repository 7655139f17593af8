package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Snapshots that must stay, whatever the rules say: an object in the bucket for each. */
public final class Holds {
    private final ObjectStore store;
    private final ClusterName cluster;

    public Holds(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** Of all snapshots that are held, whether they exist or not. */
    public Set<String> ids() {
        String prefix = KeyPrefix.holds(cluster);
        Set<String> ids = new TreeSet<>();
        try (Stream<StoredObject> all = store.list(prefix, "")) {
            all.map(object -> object.key().substring(prefix.length()))
                    .filter(name -> name.matches("[A-Za-z0-9_-]{1,64}"))
                    .forEach(ids::add);
        }
        return ids;
    }

    /** Twice is harmless. */
    public void add(String snapshotId) {
        String words = "Snapshot " + snapshotId + " is held: prune keeps it.\n";
        store.put(
                KeyPrefix.hold(cluster, snapshotId),
                Body.of(words.getBytes(StandardCharsets.UTF_8)));
    }

    /** Nothing happens if it was not held. */
    public void remove(String snapshotId) {
        store.delete(KeyPrefix.hold(cluster, snapshotId));
    }
}
