package io.tidemark.bench;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A bucket that lists as many slices as wanted, in a moment: they exist when they are read. All
 * else lies in another store. Counts what it is asked, as S3 would (a thousand keys a page), and
 * lets every request take its time.
 */
final class LargeBucket implements ObjectStore {
    private static final int PAGE = 1000;
    private static final String OPLOG = "/oplog/";
    private static final long SLICE_BYTES = 1_000_000;

    private final ManySlices slices;
    private final ObjectStore rest;
    private final Duration latency;
    private final LongAdder listRequests = new LongAdder();
    private final LongAdder keysListed = new LongAdder();
    private final LongAdder reads = new LongAdder();

    LargeBucket(ManySlices slices, ObjectStore rest, Duration latency) {
        this.slices = slices;
        this.rest = rest;
        this.latency = latency;
    }

    long listRequests() {
        return listRequests.sum();
    }

    long keysListed() {
        return keysListed.sum();
    }

    /** Of objects, or of what there is to say about them. */
    long reads() {
        return reads.sum();
    }

    private void request(LongAdder counter) {
        counter.increment();
        if (!latency.isZero()) {
            LockSupport.parkNanos(latency.toNanos());
        }
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        request(listRequests);
        Stream<StoredObject> found =
                prefix.contains(OPLOG) ? slices(prefix, startAfter) : rest.list(prefix, startAfter);
        long[] seen = new long[1];
        return found.peek(object -> counted(++seen[0]));
    }

    private void counted(long seen) {
        keysListed.increment();
        if (seen > PAGE && seen % PAGE == 1) {
            request(listRequests);
        }
    }

    private Stream<StoredObject> slices(String prefix, String startAfter) {
        String first = startAfter.compareTo(prefix) > 0 ? startAfter : prefix;
        return LongStream.range(firstFrom(first), slices.count())
                .mapToObj(number -> slices.key(number).text())
                .takeWhile(key -> key.startsWith(prefix))
                .map(key -> new StoredObject(key, SLICE_BYTES));
    }

    /** The first key that does not sort before the text. */
    private long firstFrom(String text) {
        long low = 0;
        long high = slices.count();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (slices.key(middle).text().compareTo(text) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public List<String> folders(String prefix) {
        request(listRequests);
        TreeSet<String> names = new TreeSet<>(rest.folders(prefix));
        long next = firstFrom(prefix);
        while (next < slices.count() && slices.key(next).text().startsWith(prefix)) {
            String key = slices.key(next).text();
            int slash = key.indexOf('/', prefix.length());
            if (slash < 0) {
                return List.copyOf(names);
            }
            names.add(key.substring(prefix.length(), slash));
            // The character behind the slash: no key of that folder sorts behind it.
            next = firstFrom(key.substring(0, slash) + (char) ('/' + 1));
        }
        keysListed.add(names.size());
        return List.copyOf(names);
    }

    @Override
    public Optional<StoredObject> head(String key) {
        request(reads);
        make(key);
        return rest.head(key);
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        request(reads);
        make(key);
        return rest.read(key, offset, length);
    }

    private void make(String key) {
        if (rest.head(key).isEmpty()) {
            ObjectKey.parse(key)
                    .filter(ObjectKey.OfSlice.class::isInstance)
                    .map(ObjectKey.OfSlice.class::cast)
                    .ifPresent(slice -> slices.make(slice, rest));
        }
    }

    @Override
    public PutOutcome put(String key, Body body) {
        return rest.put(key, body);
    }

    @Override
    public void delete(String key) {
        rest.delete(key);
    }

    @Override
    public String describe() {
        return "bucket of " + slices.count() + " slices";
    }

    @Override
    public void close() {
        rest.close();
    }
}
