package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonDocument;

/** Unique indexes of all collections in the newest state. Guarded by the set's write lock. */
final class UniqueIndexes {
    private final Engine engine;
    private final Map<UUID, List<UniqueIndex>> indexes = new HashMap<>();

    UniqueIndexes(Engine engine) {
        this.engine = engine;
    }

    List<UniqueIndex> of(UUID collection) {
        return indexes.getOrDefault(collection, List.of());
    }

    void replace(UUID collection, IdKey key, byte[] before, byte[] after) {
        for (UniqueIndex index : of(collection)) {
            index.replace(key, before, after);
        }
    }

    void forget(UUID collection) {
        indexes.remove(collection);
    }

    /** Brings the indexes of a collection in line with its catalogue entry and data. */
    void rebuild(CollectionInfo info) {
        List<UniqueIndex> before = of(info.uuid());
        List<UniqueIndex> now = new ArrayList<>();
        for (BsonDocument spec : info.indexes()) {
            if (UniqueIndex.isUnique(spec)) {
                now.add(
                        before.stream()
                                .filter(index -> index.spec.equals(spec))
                                .findFirst()
                                .orElseGet(() -> filled(info, spec)));
            }
        }
        if (now.isEmpty()) {
            indexes.remove(info.uuid());
        } else {
            indexes.put(info.uuid(), now);
        }
    }

    private UniqueIndex filled(CollectionInfo info, BsonDocument spec) {
        UniqueIndex index = new UniqueIndex(spec);
        fill(info, index);
        return index;
    }

    private void fill(CollectionInfo info, UniqueIndex index) {
        engine.data
                .of(info)
                .forEach(
                        ReadView.NEWEST,
                        document -> index.replace(IdKey.ofDocument(document), null, document));
    }

    /** Refuses a unique index that the collection's documents break. */
    void requireBuildable(CollectionInfo info, BsonDocument spec) {
        UniqueIndex index = new UniqueIndex(spec);
        engine.data
                .of(info)
                .forEach(
                        ReadView.NEWEST,
                        document -> {
                            IdKey key = IdKey.ofDocument(document);
                            index.added(info.namespace(), key, null, document);
                            index.replace(key, null, document);
                        });
    }

    /**
     * After a rollback everything is filled again from the data. Indexes that stay keep their
     * identity, as claims of prepared transactions point to them.
     */
    void rebuildAll() {
        Map<UUID, List<UniqueIndex>> before = new HashMap<>(indexes);
        indexes.clear();
        for (CollectionInfo info : engine.catalog.current().all()) {
            List<UniqueIndex> kept =
                    before.getOrDefault(info.uuid(), List.of()).stream()
                            .filter(index -> info.indexes().contains(index.spec))
                            .toList();
            kept.forEach(index -> index.clear());
            kept.forEach(index -> fill(info, index));
            indexes.put(info.uuid(), kept);
            rebuild(info);
        }
    }

    /** The keys a change adds, per index, after checking that nobody holds them. */
    Map<UniqueIndex, Set<List<BsonKey>>> check(
            CollectionInfo collection, IdKey key, byte[] before, byte[] after) {
        List<UniqueIndex> all = of(collection.uuid());
        if (all.isEmpty() || after == null) {
            return Map.of();
        }
        Map<UniqueIndex, Set<List<BsonKey>>> added = new HashMap<>();
        for (UniqueIndex index : all) {
            added.put(index, index.added(collection.namespace(), key, before, after));
        }
        return added;
    }
}
