package io.tidemark.sink;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.object.UnreachableException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Another store, some of whose calls fail: puts before or after they had their effect. */
public final class FaultyStore implements ObjectStore {
    private final ObjectStore store;
    private final Random random;
    private final int oneIn;

    public FaultyStore(ObjectStore store, Random random, int oneIn) {
        this.store = store;
        this.random = random;
        this.oneIn = oneIn;
    }

    private void maybeFail() {
        if (random.nextInt(oneIn) == 0) {
            throw new UnreachableException("the test cut the line", null);
        }
    }

    @Override
    public PutOutcome put(String key, Body body) {
        maybeFail();
        PutOutcome outcome = store.put(key, body);
        maybeFail();
        return outcome;
    }

    @Override
    public Optional<StoredObject> head(String key) {
        maybeFail();
        return store.head(key);
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        maybeFail();
        return store.read(key, offset, length);
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        maybeFail();
        return store.list(prefix, startAfter);
    }

    @Override
    public List<String> folders(String prefix) {
        maybeFail();
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
