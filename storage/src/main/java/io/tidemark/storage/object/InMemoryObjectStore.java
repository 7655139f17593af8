package io.tidemark.storage.object;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * A bucket of one process, for simulations and tests that make thousands of them; keeps the same
 * promises. Handles on the same place are made by {@link #handle}.
 */
public final class InMemoryObjectStore implements ObjectStore {
    private final ConcurrentSkipListMap<String, byte[]> objects;

    /** Empty. */
    public InMemoryObjectStore() {
        this(new ConcurrentSkipListMap<>());
    }

    private InMemoryObjectStore(ConcurrentSkipListMap<String, byte[]> objects) {
        this.objects = objects;
    }

    /** Another handle on the same objects. */
    public InMemoryObjectStore handle() {
        return new InMemoryObjectStore(objects);
    }

    /** Another bucket, which holds the same objects as this one does now. */
    public InMemoryObjectStore copy() {
        return new InMemoryObjectStore(new ConcurrentSkipListMap<>(objects));
    }

    @Override
    public PutOutcome put(String key, Body body) {
        ObjectNames.require(key);
        byte[] bytes = read(key, body);
        byte[] there = objects.putIfAbsent(key, bytes);
        if (there != null && !Arrays.equals(there, bytes)) {
            throw FencedException.otherContent(key, describe());
        }
        return there == null ? PutOutcome.CREATED : PutOutcome.ALREADY_IDENTICAL;
    }

    private static byte[] read(String key, Body body) {
        try (InputStream in = body.open()) {
            byte[] bytes = in.readAllBytes();
            if (bytes.length != body.sizeBytes()) {
                throw new IOException(
                        "its body has " + bytes.length + " bytes, not " + body.sizeBytes());
            }
            return bytes;
        } catch (IOException e) {
            throw new UnreachableException("Can't write object " + key + ": " + e.getMessage(), e);
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
        boolean fromPrefix = prefix.compareTo(startAfter) > 0;
        Map<String, byte[]> behind =
                fromPrefix ? objects.tailMap(prefix, true) : objects.tailMap(startAfter, false);
        return behind.entrySet().stream()
                .takeWhile(e -> e.getKey().startsWith(prefix))
                .map(e -> new StoredObject(e.getKey(), e.getValue().length));
    }

    @Override
    public List<String> folders(String prefix) {
        List<String> found = new ArrayList<>();
        String next = objects.higherKey(prefix);
        while (next != null && next.startsWith(prefix)) {
            int end = next.indexOf('/', prefix.length());
            if (end > 0) {
                found.add(next.substring(prefix.length(), end));
            }
            // Behind everything in that folder.
            next = objects.higherKey(end > 0 ? next.substring(0, end) + '0' : next);
        }
        return found;
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
