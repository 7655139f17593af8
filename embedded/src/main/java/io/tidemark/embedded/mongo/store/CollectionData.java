package io.tidemark.embedded.mongo.store;

import java.util.NavigableMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * The documents of one collection in all their versions. One thread writes at a time (the set's
 * write lock); any number read without a lock.
 */
public final class CollectionData {
    private final UUID uuid;
    private final boolean keepHistory;
    private final ConcurrentSkipListMap<IdKey, StoredDocument> documents =
            new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, StoredDocument> natural;
    private volatile long count;
    private volatile long sizeBytes;
    private long nextRecordId = 1;
    // Nothing alive stands before it; spares walking over evicted documents kept for old reads.
    private long oldestHint;

    /**
     * @param keepHistory whether older versions stay readable
     * @param naturalOrder whether insertion order matters (capped collections)
     */
    public CollectionData(UUID uuid, boolean keepHistory, boolean naturalOrder) {
        this.uuid = uuid;
        this.keepHistory = keepHistory;
        this.natural = naturalOrder ? new ConcurrentSkipListMap<>() : null;
    }

    public UUID uuid() {
        return uuid;
    }

    public boolean isNaturallyOrdered() {
        return natural != null;
    }

    public boolean keepsHistory() {
        return keepHistory;
    }

    /** Number of documents in the newest state. */
    public long count() {
        return count;
    }

    /** Sum of the sizes of the documents in the newest state. */
    public long sizeBytes() {
        return sizeBytes;
    }

    public ConcurrentNavigableMap<IdKey, StoredDocument> byId() {
        return documents;
    }

    /** Insertion order of a capped collection; versions whose record id differs were moved. */
    public NavigableMap<Long, StoredDocument> byRecordId() {
        return natural;
    }

    /** The newest bytes of a document, or null. */
    public byte[] newest(IdKey key) {
        StoredDocument stored = documents.get(key);
        DocumentVersion version = stored == null ? null : stored.newest();
        return version == null ? null : version.bytes();
    }

    /** The version a view sees, or null. */
    public byte[] get(IdKey key, ReadView view) {
        StoredDocument stored = documents.get(key);
        DocumentVersion version = stored == null ? null : stored.in(keepHistory ? view : all());
        return version == null ? null : version.bytes();
    }

    /** Cluster time of the newest version of a document, 0 if it never existed. */
    public long changedAt(IdKey key) {
        StoredDocument stored = documents.get(key);
        DocumentVersion version = stored == null ? null : stored.newest();
        return version == null ? 0 : Math.max(version.at(), version.applied());
    }

    /** Installs a document's state from a cluster time on; null bytes delete it. */
    public void install(IdKey key, byte[] bytes, long at, long applied) {
        StoredDocument stored = documents.get(key);
        if (stored == null) {
            if (bytes == null) {
                return;
            }
            stored = new StoredDocument(key);
            documents.put(key, stored);
        }
        DocumentVersion before = stored.newest();
        boolean existed = before != null && before.bytes() != null;
        long recordId = existed ? before.recordId() : nextRecordId++;
        if (bytes == null && !keepHistory) {
            documents.remove(key);
        }
        stored.newest(
                new DocumentVersion(at, applied, recordId, bytes, keepHistory ? before : null));
        account(existed ? before.bytes() : null, bytes);
        if (natural != null) {
            if (bytes != null) {
                natural.put(recordId, stored);
            } else if (!keepHistory) {
                natural.remove(recordId);
            }
        }
    }

    private void account(byte[] before, byte[] after) {
        long documentsMore = (after == null ? 0 : 1) - (before == null ? 0 : 1);
        long bytesMore =
                (after == null ? 0L : after.length) - (before == null ? 0L : before.length);
        count = count + documentsMore;
        sizeBytes = sizeBytes + bytesMore;
    }

    /** Takes back every version applied after an oplog position. */
    public void rollBack(long position) {
        oldestHint = 0;
        for (StoredDocument stored : documents.values()) {
            DocumentVersion version = stored.newest();
            byte[] before = version == null ? null : version.bytes();
            DocumentVersion kept = version;
            while (kept != null && kept.applied() > position) {
                kept = kept.older();
            }
            if (kept != version) {
                stored.newest(kept);
                account(before, kept == null ? null : kept.bytes());
                if (kept == null) {
                    documents.remove(stored.key());
                }
            }
        }
    }

    /** The oldest document in natural order in the newest state, or null if empty. */
    public StoredDocument oldest() {
        var entry = natural.ceilingEntry(oldestHint);
        while (entry != null) {
            DocumentVersion version = entry.getValue().newest();
            if (version != null
                    && version.bytes() != null
                    && version.recordId() == entry.getKey()) {
                oldestHint = entry.getKey();
                return entry.getValue();
            }
            entry = natural.higherEntry(entry.getKey());
        }
        return null;
    }

    /** Visits what a view sees, in natural order if there is one, else by {@code _id}. */
    public void forEach(ReadView view, Consumer<byte[]> visitor) {
        ReadView seen = keepHistory ? view : all();
        if (natural == null) {
            for (StoredDocument stored : documents.values()) {
                DocumentVersion version = stored.in(seen);
                if (version != null) {
                    visitor.accept(version.bytes());
                }
            }
            return;
        }
        natural.forEach(
                (recordId, stored) -> {
                    DocumentVersion version = stored.in(seen);
                    if (version != null && version.recordId() == recordId) {
                        visitor.accept(version.bytes());
                    }
                });
    }

    private static ReadView all() {
        return ReadView.NEWEST;
    }
}
