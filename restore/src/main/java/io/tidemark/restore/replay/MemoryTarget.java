package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Holds what is restored in memory: the cluster's metadata, which are small and must be adapted
 * before they reach a server, and whole replica sets in tests.
 */
public final class MemoryTarget implements ReplayTarget {
    /** A collection as it was created and changed. */
    public static final class Contents {
        private final Optional<UUID> uuid;
        private final RawDocument options;
        private final Map<DocumentId, RawDocument> documents = new LinkedHashMap<>();
        private final List<RawDocument> indexes = new ArrayList<>();
        private final List<RawDocument> changes = new ArrayList<>();

        private Contents(Optional<UUID> uuid, RawDocument options) {
            this.uuid = uuid;
            this.options = options;
        }

        public Optional<UUID> uuid() {
            return uuid;
        }

        public RawDocument options() {
            return options;
        }

        public Map<DocumentId, RawDocument> documents() {
            return documents;
        }

        public List<RawDocument> indexes() {
            return indexes;
        }

        public List<RawDocument> changes() {
            return changes;
        }
    }

    private final Map<Namespace, Contents> collections = new TreeMap<>();

    /** The collections by name. */
    public synchronized Map<Namespace, Contents> collections() {
        return new TreeMap<>(collections);
    }

    /** The documents of a collection, in the order in which they came; none if it is absent. */
    public synchronized List<RawDocument> documents(Namespace namespace) {
        Contents contents = collections.get(namespace);
        return contents == null ? List.of() : List.copyOf(contents.documents.values());
    }

    @Override
    public synchronized Optional<UUID> create(
            Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        if (collections.containsKey(namespace)) {
            throw new IllegalStateException("collection " + namespace + " exists already");
        }
        collections.put(namespace, new Contents(wanted, options));
        return wanted;
    }

    @Override
    public synchronized void drop(Namespace namespace) {
        collections.remove(namespace);
    }

    @Override
    public synchronized void rename(Namespace from, Namespace to) {
        if (collections.containsKey(to)) {
            throw new IllegalStateException("collection " + to + " is in the way of " + from);
        }
        collections.put(to, require(from));
        collections.remove(from);
    }

    @Override
    public synchronized void modify(Namespace namespace, RawDocument changes) {
        require(namespace).changes.add(changes);
    }

    @Override
    public synchronized Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return require(namespace).uuid();
    }

    @Override
    public synchronized void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        for (DocumentId id : ids) {
            RawDocument document = require(namespace).documents.get(id);
            if (document != null) {
                reader.accept(id, document);
            }
        }
    }

    @Override
    public synchronized void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        Map<DocumentId, RawDocument> documents = require(namespace).documents;
        for (DocumentWrite write : writes) {
            boolean inserts = write instanceof DocumentWrite.Put put && put.isNew();
            if (inserts && documents.containsKey(write.id())) {
                displaced.accept(write.id(), documents.get(write.id()));
            }
        }
        writeInOrder(namespace, writes);
    }

    @Override
    public synchronized void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        Map<DocumentId, RawDocument> documents = require(namespace).documents;
        for (DocumentWrite write : writes) {
            if (write instanceof DocumentWrite.Put put) {
                RawDocument own = RawDocument.of(put.document().toBytes());
                documents.put(put.id(), own);
            } else {
                documents.remove(write.id());
            }
        }
    }

    @Override
    public synchronized void createIndex(Namespace namespace, RawDocument specification) {
        require(namespace).indexes.add(specification);
    }

    @Override
    public synchronized Optional<RawDocument> newest(Namespace namespace) {
        return require(namespace).documents.values().stream().reduce((first, second) -> second);
    }

    @Override
    public synchronized void scan(Namespace namespace, Consumer<RawDocument> reader) {
        List.copyOf(require(namespace).documents.values()).forEach(reader);
    }

    private Contents require(Namespace namespace) {
        Contents contents = collections.get(namespace);
        if (contents == null) {
            throw new IllegalStateException("collection " + namespace + " does not exist");
        }
        return contents;
    }
}
