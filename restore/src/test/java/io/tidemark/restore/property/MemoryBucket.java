package io.tidemark.restore.property;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** A bucket in memory: a thousand archives in a minute. */
final class MemoryBucket implements ObjectStore {
    private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public PutOutcome put(String key, Body body) {
        try (InputStream in = body.open()) {
            byte[] before = objects.putIfAbsent(key, in.readAllBytes());
            if (before != null) {
                throw new IllegalStateException(key + " is put twice");
            }
            return PutOutcome.CREATED;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<StoredObject> head(String key) {
        return Optional.ofNullable(objects.get(key)).map(b -> new StoredObject(key, b.length));
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        byte[] bytes = objects.get(key);
        if (bytes == null) {
            throw DamagedObjectException.missing(key);
        }
        int from = (int) Math.min(offset, bytes.length);
        return Arrays.copyOfRange(bytes, from, (int) Math.min(bytes.length, (long) from + length));
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        return objects.tailMap(startAfter, false).entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix))
                .map(e -> new StoredObject(e.getKey(), e.getValue().length));
    }

    @Override
    public List<String> folders(String prefix) {
        return objects.keySet().stream()
                .filter(key -> key.startsWith(prefix) && key.indexOf('/', prefix.length()) > 0)
                .map(key -> key.substring(prefix.length(), key.indexOf('/', prefix.length())))
                .distinct()
                .toList();
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }

    @Override
    public String describe() {
        return "memory";
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
