package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Bases that were given up before they had a manifest: they never come to be, not even if a
 * manifest arrives from a process that stood still since. A small object for each tells it, for
 * good.
 */
public final class AbandonedBases {
    private static final byte[] WORDS =
            "This base was given up unfinished; a manifest that comes later does not count.\n"
                    .getBytes(StandardCharsets.UTF_8);
    private final ObjectStore store;
    private final ClusterName cluster;

    public AbandonedBases(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** By one listing; keys of strangers are passed over. */
    public Set<BasePlace> places() {
        String prefix = KeyPrefix.abandoned(cluster);
        Set<BasePlace> places = new LinkedHashSet<>();
        try (Stream<StoredObject> all = store.list(prefix, "")) {
            all.map(object -> object.key().substring(prefix.length()).split("/", -1))
                    .filter(names -> names.length == 3)
                    .forEach(
                            names ->
                                    Catalogue.ifPossible(() -> place(names))
                                            .ifPresent(places::add));
        }
        return places;
    }

    private BasePlace place(String[] names) {
        return new BasePlace(
                cluster, new Incarnation(names[1]), names[0], new ReplicaSet(names[2]));
    }

    /** Twice is harmless. To be called before anything of it is removed. */
    public void add(BasePlace place) {
        store.put(KeyPrefix.abandoned(place), Body.of(WORDS));
    }
}
