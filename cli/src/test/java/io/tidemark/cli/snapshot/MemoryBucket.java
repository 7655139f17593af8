package io.tidemark.cli.snapshot;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** A bucket in memory, create-only as the real ones. */
final class MemoryBucket implements ObjectStore {
    private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public PutOutcome put(String key, Body body) {
        try (InputStream in = body.open()) {
            byte[] bytes = in.readAllBytes();
            byte[] before = objects.putIfAbsent(key, bytes);
            if (before == null) {
                return PutOutcome.CREATED;
            } else if (Arrays.equals(before, bytes)) {
                return PutOutcome.ALREADY_IDENTICAL;
            }
            throw FencedException.otherContent(key, describe());
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
        String from = prefix.compareTo(startAfter) > 0 ? prefix : startAfter;
        return objects.tailMap(from, false).entrySet().stream()
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
