package io.tidemark.cli.snapshot;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A bucket as a process sees it that may be killed at every put. */
record MortalBucket(ObjectStore bucket, Fate fate) implements ObjectStore {
    @Override
    public PutOutcome put(String key, Body body) {
        AtomicReference<PutOutcome> outcome = new AtomicReference<>();
        fate.writes(() -> outcome.set(bucket.put(key, body)));
        return outcome.get();
    }

    @Override
    public Optional<StoredObject> head(String key) {
        return bucket.head(key);
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        return bucket.read(key, offset, length);
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        return bucket.list(prefix, startAfter);
    }

    @Override
    public List<String> folders(String prefix) {
        return bucket.folders(prefix);
    }

    @Override
    public void delete(String key) {
        bucket.delete(key);
    }

    @Override
    public String describe() {
        return bucket.describe();
    }

    @Override
    public void close() {
        // Not ours.
    }
}
