package io.tidemark.restore.replay;

import io.tidemark.schemas.model.Namespace;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** The collections that exist at this point of replay, by UUID and by name. One owner thread. */
final class Catalogue {
    private final Map<UUID, CollectionState> byUuid = new HashMap<>();
    private final Map<Namespace, CollectionState> byName = new TreeMap<>();
    private final Set<UUID> dropped = new HashSet<>();

    Optional<CollectionState> find(UUID uuid) {
        return Optional.ofNullable(byUuid.get(uuid));
    }

    Optional<CollectionState> find(Namespace namespace) {
        return Optional.ofNullable(byName.get(namespace));
    }

    boolean wasDropped(UUID uuid) {
        return dropped.contains(uuid);
    }

    Set<UUID> dropped() {
        return dropped;
    }

    void add(CollectionState collection) {
        byName.put(collection.namespace(), collection);
        collection.uuid().ifPresent(uuid -> byUuid.put(uuid, collection));
        collection.uuid().ifPresent(dropped::remove);
    }

    void identify(CollectionState collection, UUID uuid, boolean guessed) {
        collection.uuid().ifPresent(byUuid::remove);
        collection.identify(uuid, guessed);
        byUuid.put(uuid, collection);
    }

    void rename(CollectionState collection, Namespace to) {
        byName.remove(collection.namespace());
        collection.renamed(to);
        byName.put(to, collection);
    }

    void remove(CollectionState collection) {
        byName.remove(collection.namespace());
        collection.uuid().ifPresent(byUuid::remove);
        collection.uuid().ifPresent(dropped::add);
    }

    Collection<CollectionState> all() {
        return byName.values();
    }

    List<CollectionState> inDatabase(String database) {
        return byName.values().stream()
                .filter(c -> c.namespace().database().equals(database))
                .toList();
    }
}
