package io.tidemark.storage.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A bucket below one prefix. Keys are relative to that prefix: segments of printable characters
 * joined by {@code /}, no empty segment, no {@code .} or {@code ..}.
 *
 * <p>Objects are made once and never changed. An object is visible under its key whole or not at
 * all, at every moment, also when the process is killed in the middle of a put. What was put is
 * durable when the call returns, and seen by every later call of every process.
 *
 * <p>Every method throws {@link UnreachableException} if the bucket can't be asked or refuses to
 * answer; retries are the business of the store's own client, so callers fail on it.
 * Implementations may be used by many threads.
 */
public interface ObjectStore extends AutoCloseable {
    /**
     * Makes an object, only if there is none under that key. Of several callers with different
     * bytes exactly one succeeds. Called twice with the same bytes: harmless.
     *
     * @throws FencedException if the key already holds other bytes; nothing is changed then
     */
    PutOutcome put(String key, Body body);

    /** The object's size, or empty if there is none. */
    Optional<StoredObject> head(String key);

    /**
     * Up to {@code length} bytes from {@code offset} on: fewer if the object ends before, none if
     * it ends at or before {@code offset}. The bytes are whole or the call fails: there is no
     * stream that could break in the middle, so the store's own client can retry.
     *
     * @param offset 0 or more
     * @param length 0 or more; the caller's memory
     * @throws DamagedObjectException if there is no such object
     */
    byte[] read(String key, long offset, int length);

    /**
     * The whole object, for small ones.
     *
     * @param mostBytes what the caller can hold
     * @throws DamagedObjectException if there is no such object, or it is longer than that
     */
    default byte[] readWhole(String key, int mostBytes) {
        byte[] bytes = read(key, 0, mostBytes + 1);
        if (bytes.length > mostBytes) {
            throw new DamagedObjectException(
                    new DamagedObjectException.Damage(
                            key,
                            "has more than the " + mostBytes + " bytes that it can have",
                            "it is not what its key says",
                            "find out who wrote it; restore it from a copy of the bucket"));
        }
        return bytes;
    }

    /**
     * Objects whose key begins with {@code prefix}, in the order of keys, strictly after {@code
     * startAfter} (empty: from the first). Pages are fetched as the stream is read, so a caller
     * that stops early pays for what it saw. An object made or deleted meanwhile may be seen or
     * not. What others put here is listed too: parse keys and ignore what isn't ours. Close the
     * stream.
     */
    Stream<StoredObject> list(String prefix, String startAfter);

    /**
     * The names that follow {@code prefix} up to the next {@code /}, in order, without the slash:
     * the "folders" one level down. Objects directly below the prefix are not among them.
     *
     * @param prefix empty, or ends with {@code /}
     */
    List<String> folders(String prefix);

    /**
     * Objects directly below the prefix, in the order of keys: what lies in its "folders" is not
     * looked at, however much that is.
     *
     * @param prefix empty, or ends with {@code /}
     */
    default List<StoredObject> directlyBelow(String prefix) {
        List<StoredObject> found = new ArrayList<>();
        String startAfter = "";
        for (String folder : folders(prefix)) {
            String inside = prefix + folder + "/";
            try (Stream<StoredObject> objects = list(prefix, startAfter)) {
                objects.takeWhile(object -> !object.key().startsWith(inside)).forEach(found::add);
            }
            // No character of a key sorts behind it.
            startAfter = inside + Character.MAX_VALUE;
        }
        try (Stream<StoredObject> objects = list(prefix, startAfter)) {
            objects.forEach(found::add);
        }
        return found;
    }

    /** Deletes the object; deleting what is not there is no error. */
    void delete(String key);

    /** True if what the store lies on can fill up, and it holds a little of it in reserve. */
    default boolean canFillUp() {
        return false;
    }

    /**
     * Gives up what the store holds in reserve, so that the notes of who is about to remove objects
     * find room where a full disk has none; {@link #takeReserve} is for when they are gone.
     *
     * @return false if nothing was held
     */
    default boolean releaseReserve() {
        return false;
    }

    /** Holds a little room in reserve, where the store can and there is some. */
    default void takeReserve() {
        // Nothing fills up.
    }

    /** For messages: where this is, without secrets. */
    String describe();

    /** Gives connections back; twice is harmless. */
    @Override
    void close();
}
