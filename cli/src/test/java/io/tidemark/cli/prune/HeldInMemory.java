package io.tidemark.cli.prune;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.object.UnreachableException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A bucket in memory that dies after so many changes. */
final class HeldInMemory implements ObjectStore {
    private final InMemoryObjectStore objects;
    private int changesLeft = Integer.MAX_VALUE;

    HeldInMemory() {
        this(new InMemoryObjectStore());
    }

    private HeldInMemory(InMemoryObjectStore objects) {
        this.objects = objects;
    }

    HeldInMemory copy() {
        return new HeldInMemory(objects.copy());
    }

    void dieAfter(int changes) {
        changesLeft = changes;
    }

    void live() {
        changesLeft = Integer.MAX_VALUE;
    }

    TreeSet<String> keys() {
        return objects.list("", "")
                .map(StoredObject::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void change() {
        if (changesLeft-- <= 0) {
            throw new UnreachableException("killed", null);
        }
    }

    @Override
    public PutOutcome put(String key, Body body) {
        change();
        return objects.put(key, body);
    }

    @Override
    public Optional<StoredObject> head(String key) {
        return objects.head(key);
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        return objects.read(key, offset, length);
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        return objects.list(prefix, startAfter);
    }

    @Override
    public List<String> folders(String prefix) {
        return objects.folders(prefix);
    }

    @Override
    public void delete(String key) {
        change();
        objects.delete(key);
    }

    @Override
    public String describe() {
        return objects.describe();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
