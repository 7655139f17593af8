package io.tidemark.sink;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A create-only bucket in memory, for simulations of thousands of steps. One thread. */
public final class MemoryBucket implements ObjectStore {
    private final TreeMap<String, byte[]> objects = new TreeMap<>();

    @Override
    public PutOutcome put(String key, Body body) {
        try (InputStream in = body.open()) {
            byte[] bytes = in.readAllBytes();
            byte[] there = objects.putIfAbsent(key, bytes);
            if (there != null && !Arrays.equals(there, bytes)) {
                throw FencedException.otherContent(key, describe());
            }
            return there == null ? PutOutcome.CREATED : PutOutcome.ALREADY_IDENTICAL;
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
