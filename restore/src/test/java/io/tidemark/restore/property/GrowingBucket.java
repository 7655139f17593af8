package io.tidemark.restore.property;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A bucket as it was when its slices reached a cluster time; it grows when it is told to. */
final class GrowingBucket implements ObjectStore {
    private final ObjectStore whole;
    private volatile ClusterTime end = ClusterTime.ZERO;

    GrowingBucket(ObjectStore whole) {
        this.whole = whole;
    }

    /** What ends up to then is there from now on. */
    void growTo(ClusterTime time) {
        end = ClusterTime.max(end, time);
    }

    private boolean isThere(String key) {
        return ObjectKey.parse(key)
                .filter(k -> k instanceof ObjectKey.OfSlice || k instanceof ObjectKey.OfGap)
                .map(k -> !Catalogue.through(k).isAfter(end))
                .orElse(true);
    }

    @Override
    public PutOutcome put(String key, Body body) {
        requireOwn(key);
        return whole.put(key, body);
    }

    /** A standby says how far it is and what it needs, and changes nothing else. */
    private static void requireOwn(String key) {
        if (!key.matches("[^/]+/(standbys|turns)/.*")) {
            throw new IllegalStateException("a standby changes nothing of the archive: " + key);
        }
    }

    @Override
    public Optional<StoredObject> head(String key) {
        return whole.head(key).filter(object -> isThere(key));
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        if (!isThere(key)) {
            throw new IllegalStateException(key + " is not there yet");
        }
        return whole.read(key, offset, length);
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        return whole.list(prefix, startAfter).filter(object -> isThere(object.key()));
    }

    @Override
    public List<String> folders(String prefix) {
        return list(prefix, "")
                .map(StoredObject::key)
                .filter(key -> key.indexOf('/', prefix.length()) > 0)
                .map(key -> key.substring(prefix.length(), key.indexOf('/', prefix.length())))
                .distinct()
                .toList();
    }

    @Override
    public void delete(String key) {
        requireOwn(key);
        whole.delete(key);
    }

    @Override
    public String describe() {
        return whole.describe();
    }

    @Override
    public void close() {
        // Its owner closes it.
    }
}
