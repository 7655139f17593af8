package io.tidemark.storage.slice;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Counts what is read from another store. */
final class CountingStore implements ObjectStore {
    private final ObjectStore store;
    private long bytesRead;

    CountingStore(ObjectStore store) {
        this.store = store;
    }

    long bytesRead() {
        return bytesRead;
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        byte[] bytes = store.read(key, offset, length);
        bytesRead += bytes.length;
        return bytes;
    }

    @Override
    public PutOutcome put(String key, Body body) {
        return store.put(key, body);
    }

    @Override
    public Optional<StoredObject> head(String key) {
        return store.head(key);
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        return store.list(prefix, startAfter);
    }

    @Override
    public List<String> folders(String prefix) {
        return store.folders(prefix);
    }

    @Override
    public void delete(String key) {
        store.delete(key);
    }

    @Override
    public String describe() {
        return store.describe();
    }

    @Override
    public void close() {
        store.close();
    }
}
