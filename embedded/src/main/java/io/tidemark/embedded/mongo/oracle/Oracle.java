package io.tidemark.embedded.mongo.oracle;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * The true state of one replica set at every cluster time. It is told of each committed change with
 * its result and never looks at the oplog, so it can bear witness against whoever reads the oplog.
 * Thread-safe.
 */
public final class Oracle {
    private record Post(long at, long applied, byte[] document) {}

    private record Shape(long at, long applied, CollectionDescription description) {}

    private final boolean enabled;
    private final Map<UUID, Map<IdKey, List<Post>>> documents = new HashMap<>();
    private final Map<UUID, List<Shape>> collections = new HashMap<>();

    /**
     * @param enabled false forgets everything: for benchmarks whose data would not fit twice
     */
    public Oracle(boolean enabled) {
        this.enabled = enabled;
    }

    /** Notes a document's state from a cluster time on; null bytes: it is gone. */
    public synchronized void document(
            UUID collection, IdKey id, byte[] document, long at, long applied) {
        if (enabled) {
            documents
                    .computeIfAbsent(collection, ignored -> new HashMap<>())
                    .computeIfAbsent(id, ignored -> new ArrayList<>(2))
                    .add(new Post(at, applied, document));
        }
    }

    /** Notes a collection's name, options and indexes from a cluster time on. */
    public synchronized void collection(CollectionDescription description, long at, long applied) {
        if (enabled) {
            collections
                    .computeIfAbsent(description.uuid(), ignored -> new ArrayList<>(2))
                    .add(new Shape(at, applied, description));
        }
    }

    /** Notes that a collection is gone from a cluster time on. */
    public synchronized void dropped(UUID collection, long at, long applied) {
        if (enabled) {
            collections
                    .computeIfAbsent(collection, ignored -> new ArrayList<>(2))
                    .add(new Shape(at, applied, null));
        }
    }

    /** Forgets what was applied after an oplog position: it never happened. */
    public synchronized void rollBack(long position) {
        for (Map<IdKey, List<Post>> byId : documents.values()) {
            byId.values().forEach(posts -> posts.removeIf(post -> post.applied() > position));
        }
        collections
                .values()
                .forEach(shapes -> shapes.removeIf(shape -> shape.applied() > position));
    }

    /** Collections at a cluster time, by name. */
    public synchronized Map<String, CollectionDescription> collectionsAt(BsonTimestamp time) {
        Map<String, CollectionDescription> found = new TreeMap<>();
        for (List<Shape> shapes : collections.values()) {
            CollectionDescription last = null;
            for (Shape shape : shapes) {
                if (shape.at() <= time.getValue()) {
                    last = shape.description();
                }
            }
            if (last != null) {
                found.put(last.namespace(), last);
            }
        }
        return found;
    }

    public Optional<CollectionDescription> collectionAt(String namespace, BsonTimestamp time) {
        return Optional.ofNullable(collectionsAt(time).get(namespace));
    }

    /**
     * Documents of a namespace at a cluster time in {@code _id} order; empty if it is not there.
     */
    public List<RawBsonDocument> documentsAt(String namespace, BsonTimestamp time) {
        return collectionAt(namespace, time)
                .map(description -> documentsAt(description.uuid(), time))
                .orElse(List.of());
    }

    /** Documents of a collection at a cluster time in {@code _id} order. */
    public synchronized List<RawBsonDocument> documentsAt(UUID collection, BsonTimestamp time) {
        TreeMap<IdKey, RawBsonDocument> found = new TreeMap<>();
        documents
                .getOrDefault(collection, Map.of())
                .forEach(
                        (id, posts) -> {
                            byte[] last = null;
                            for (Post post : posts) {
                                if (post.at() <= time.getValue()) {
                                    last = post.document();
                                }
                            }
                            if (last != null) {
                                found.put(id, new RawBsonDocument(last));
                            }
                        });
        return List.copyOf(found.values());
    }
}
