package io.tidemark.embedded.mongo.store;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The collections that exist at one moment. Immutable; changes give a new state. */
public final class CatalogState {
    static final CatalogState EMPTY = new CatalogState(new TreeMap<>(), new HashMap<>());

    private final TreeMap<String, CollectionInfo> byNamespace;
    private final Map<UUID, CollectionInfo> byUuid;

    private CatalogState(
            TreeMap<String, CollectionInfo> byNamespace, Map<UUID, CollectionInfo> byUuid) {
        this.byNamespace = byNamespace;
        this.byUuid = byUuid;
    }

    /** The collection of that name, or null. */
    public CollectionInfo named(String namespace) {
        return byNamespace.get(namespace);
    }

    /** The collection with that UUID, or null. */
    public CollectionInfo with(UUID uuid) {
        return byUuid.get(uuid);
    }

    /** All collections, ordered by name. */
    public Collection<CollectionInfo> all() {
        return byNamespace.values();
    }

    /** Collections of a database, ordered by name. */
    public Collection<CollectionInfo> in(String database) {
        return byNamespace.subMap(database + ".", database + "/").values();
    }

    /** Adds a collection or replaces the entry with the same UUID. */
    public CatalogState put(CollectionInfo info) {
        TreeMap<String, CollectionInfo> names = new TreeMap<>(byNamespace);
        Map<UUID, CollectionInfo> uuids = new HashMap<>(byUuid);
        CollectionInfo before = uuids.put(info.uuid(), info);
        if (before != null) {
            names.remove(before.namespace());
        }
        names.put(info.namespace(), info);
        return new CatalogState(names, uuids);
    }

    public CatalogState remove(UUID uuid) {
        TreeMap<String, CollectionInfo> names = new TreeMap<>(byNamespace);
        Map<UUID, CollectionInfo> uuids = new HashMap<>(byUuid);
        CollectionInfo before = uuids.remove(uuid);
        if (before != null) {
            names.remove(before.namespace());
        }
        return new CatalogState(names, uuids);
    }
}
