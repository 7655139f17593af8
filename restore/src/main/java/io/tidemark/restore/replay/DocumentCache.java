package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Documents as they were last written, so that the next update need not read them from the target.
 * The least recently used go first. Safe for use by several threads.
 */
final class DocumentCache {
    private static final int OVERHEAD_BYTES = 200;

    private record Key(CollectionState collection, DocumentId id) {}

    private final long capacityBytes;
    private final Map<Key, RawDocument> documents = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;

    DocumentCache(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    synchronized Optional<RawDocument> find(CollectionState collection, DocumentId id) {
        return Optional.ofNullable(documents.get(new Key(collection, id)));
    }

    synchronized void put(CollectionState collection, DocumentId id, RawDocument document) {
        remove(collection, id);
        if (document.sizeBytes() > capacityBytes / 8) {
            return;
        }
        // A view of a slice's frame would keep the whole frame.
        documents.put(new Key(collection, id), RawDocument.of(document.toBytes()));
        bytes += size(document);
        var oldest = documents.entrySet().iterator();
        while (bytes > capacityBytes && oldest.hasNext()) {
            bytes -= size(oldest.next().getValue());
            oldest.remove();
        }
    }

    synchronized void remove(CollectionState collection, DocumentId id) {
        RawDocument old = documents.remove(new Key(collection, id));
        bytes -= old == null ? 0 : size(old);
    }

    private static long size(RawDocument document) {
        return document.sizeBytes() + OVERHEAD_BYTES;
    }
}
