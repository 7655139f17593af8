package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.store.CollectionData;
import io.tidemark.embedded.mongo.store.DocumentVersion;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import io.tidemark.embedded.mongo.store.StoredDocument;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The documents one operation can see. */
interface DocumentSource {
    /** The document, or null. */
    byte[] get(IdKey key);

    /** Visits documents until the visitor says false. Keys outside the range are left out. */
    void scan(IdRange range, Predicate<byte[]> visitor);

    /** Nothing at all: a collection that does not exist. */
    DocumentSource NOTHING =
            new DocumentSource() {
                @Override
                public byte[] get(IdKey key) {
                    return null;
                }

                @Override
                public void scan(IdRange range, Predicate<byte[]> visitor) {}
            };

    /** What a view sees of committed data. */
    record Committed(CollectionData data, ReadView view) implements DocumentSource {
        @Override
        public byte[] get(IdKey key) {
            return data.get(key, view);
        }

        @Override
        public void scan(IdRange range, Predicate<byte[]> visitor) {
            ReadView seen = data.keepsHistory() ? view : ReadView.NEWEST;
            if (data.isNaturallyOrdered() && range.isAll()) {
                scanNaturally(seen, visitor);
                return;
            }
            NavigableMap<IdKey, StoredDocument> part = range.of(data.byId());
            for (StoredDocument stored : part.values()) {
                DocumentVersion version = stored.in(seen);
                if (version != null && !visitor.test(version.bytes())) {
                    return;
                }
            }
        }

        private void scanNaturally(ReadView seen, Predicate<byte[]> visitor) {
            for (Map.Entry<Long, StoredDocument> place : data.byRecordId().entrySet()) {
                DocumentVersion version = place.getValue().in(seen);
                if (version != null
                        && version.recordId() == place.getKey()
                        && !visitor.test(version.bytes())) {
                    return;
                }
            }
        }
    }

    /**
     * The part of another source between two keys.
     *
     * @param from inclusive, or null
     * @param to exclusive, or null
     */
    record Bounded(DocumentSource whole, IdKey from, IdKey to) implements DocumentSource {
        private boolean holds(IdKey key) {
            return (from == null || key.compareTo(from) >= 0)
                    && (to == null || key.compareTo(to) < 0);
        }

        @Override
        public byte[] get(IdKey key) {
            return holds(key) ? whole.get(key) : null;
        }

        @Override
        public void scan(IdRange range, Predicate<byte[]> visitor) {
            whole.scan(
                    range,
                    document -> !holds(IdKey.ofDocument(document)) || visitor.test(document));
        }
    }

    /** Committed data with a transaction's own writes on top. */
    record Overlaid(DocumentSource base, TreeMap<IdKey, byte[]> own) implements DocumentSource {
        @Override
        public byte[] get(IdKey key) {
            return own.containsKey(key) ? own.get(key) : base.get(key);
        }

        @Override
        public void scan(IdRange range, Predicate<byte[]> visitor) {
            TreeMap<IdKey, byte[]> seen = new TreeMap<>();
            base.scan(
                    range,
                    document -> {
                        seen.put(IdKey.ofDocument(document), document);
                        return true;
                    });
            range.of(own).forEach(seen::put);
            for (byte[] document : seen.values()) {
                if (document != null && !visitor.test(document)) {
                    return;
                }
            }
        }
    }
}
