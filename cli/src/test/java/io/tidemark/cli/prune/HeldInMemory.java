package io.tidemark.cli.prune;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.object.UnreachableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A bucket in memory that dies after so many changes. */
final class HeldInMemory implements ObjectStore {
    private final TreeMap<String, byte[]> objects;
    private int changesLeft = Integer.MAX_VALUE;

    HeldInMemory() {
        this(new TreeMap<>());
    }

    private HeldInMemory(TreeMap<String, byte[]> objects) {
        this.objects = objects;
    }

    HeldInMemory copy() {
        return new HeldInMemory(new TreeMap<>(objects));
    }

    void dieAfter(int changes) {
        changesLeft = changes;
    }

    void live() {
        changesLeft = Integer.MAX_VALUE;
    }

    TreeSet<String> keys() {
        return new TreeSet<>(objects.keySet());
    }

    private void change() {
        if (changesLeft-- <= 0) {
            throw new UnreachableException("killed", null);
        }
    }

    @Override
    public PutOutcome put(String key, Body body) {
        change();
        byte[] bytes;
        try (InputStream in = body.open()) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] before = objects.putIfAbsent(key, bytes);
        if (before == null) {
            return PutOutcome.CREATED;
        }
        if (!Arrays.equals(before, bytes)) {
            throw FencedException.otherContent(key, describe());
        }
        return PutOutcome.ALREADY_IDENTICAL;
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
        return Arrays.copyOfRange(bytes, from, (int) Math.min((long) from + length, bytes.length));
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        String from = prefix.compareTo(startAfter) > 0 ? prefix : startAfter;
        return List.copyOf(objects.subMap(from, true, prefix + '\uffff', true).entrySet()).stream()
                .filter(e -> !e.getKey().equals(startAfter))
                .map(e -> new StoredObject(e.getKey(), e.getValue().length));
    }

    @Override
    public List<String> folders(String prefix) {
        TreeSet<String> names = new TreeSet<>();
        for (String key : objects.keySet()) {
            int slash = key.indexOf('/', prefix.length());
            if (key.startsWith(prefix) && slash > 0) {
                names.add(key.substring(prefix.length(), slash));
            }
        }
        return List.copyOf(names);
    }

    @Override
    public void delete(String key) {
        change();
        objects.remove(key);
    }

    @Override
    public String describe() {
        return "memory";
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
