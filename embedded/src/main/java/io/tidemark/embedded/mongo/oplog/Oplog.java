package io.tidemark.embedded.mongo.oplog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The capped log of one replica set. Entries leave it at the old end when it outgrows its size and
 * at the young end by rollback. Thread-safe.
 */
public final class Oplog {
    private byte[][] entries = new byte[1024][];
    private long[] times = new long[1024];
    private long[] terms = new long[1024];
    private int start;
    private int end;
    private long sizeBytes;
    private long maxBytes;

    public Oplog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public synchronized void append(long ts, long term, byte[] entry) {
        if (end == entries.length) {
            makeRoom();
        }
        entries[end] = entry;
        times[end] = ts;
        terms[end] = term;
        end++;
        sizeBytes += entry.length;
    }

    private void makeRoom() {
        int live = end - start;
        int capacity = live > entries.length / 2 ? entries.length * 2 : entries.length;
        byte[][] movedEntries = new byte[capacity][];
        System.arraycopy(entries, start, movedEntries, 0, live);
        entries = movedEntries;
        long[] movedTimes = new long[capacity];
        System.arraycopy(times, start, movedTimes, 0, live);
        times = movedTimes;
        long[] movedTerms = new long[capacity];
        System.arraycopy(terms, start, movedTerms, 0, live);
        terms = movedTerms;
        start = 0;
        end = live;
    }

    /** Drops the oldest entries while the log is too big, but none at or after a pinned time. */
    public synchronized void roll(long pinned) {
        while (sizeBytes > maxBytes && end - start > 1 && times[start] < pinned) {
            dropOldest();
        }
    }

    /** Drops all entries before a cluster time. */
    public synchronized void truncateBefore(long ts) {
        while (end - start > 1 && times[start] < ts) {
            dropOldest();
        }
    }

    private void dropOldest() {
        sizeBytes -= entries[start].length;
        entries[start] = null;
        start++;
    }

    /** Removes all entries after a cluster time: what rollback does. */
    public synchronized void truncateAfter(long ts) {
        while (end > start && times[end - 1] > ts) {
            end--;
            sizeBytes -= entries[end].length;
            entries[end] = null;
        }
    }

    public synchronized void resize(long newMaxBytes) {
        maxBytes = newMaxBytes;
    }

    public synchronized long sizeBytes() {
        return sizeBytes;
    }

    public synchronized long maxBytes() {
        return maxBytes;
    }

    public synchronized int count() {
        return end - start;
    }

    public synchronized Optime first() {
        return start == end ? Optime.NONE : new Optime(times[start], terms[start]);
    }

    public synchronized Optime last() {
        return start == end ? Optime.NONE : new Optime(times[end - 1], terms[end - 1]);
    }

    /** The newest entry at or before a cluster time, or {@link Optime#NONE}. */
    public synchronized Optime atOrBefore(long ts) {
        int index = firstAtLeast(ts);
        if (index < end && times[index] == ts) {
            return new Optime(times[index], terms[index]);
        }
        return index == start ? Optime.NONE : new Optime(times[index - 1], terms[index - 1]);
    }

    /** Whether the log holds exactly this entry. */
    public synchronized boolean holds(Optime optime) {
        int index = firstAtLeast(optime.ts());
        return index < end && times[index] == optime.ts() && terms[index] == optime.term();
    }

    /** The entry at a cluster time, or null. */
    public synchronized byte[] at(long ts) {
        int index = firstAtLeast(ts);
        return index < end && times[index] == ts ? entries[index] : null;
    }

    /**
     * A run of entries in order.
     *
     * @param from first cluster time, inclusive
     * @param through last cluster time, inclusive
     */
    public synchronized OplogRun read(long from, long through, int maxCount, long maxRunBytes) {
        int index = firstAtLeast(from);
        List<byte[]> found = new ArrayList<>(Math.min(maxCount, 256));
        long total = 0;
        int at = index;
        while (at < end && times[at] <= through && found.size() < maxCount) {
            if (!found.isEmpty() && total + entries[at].length > maxRunBytes) {
                break;
            }
            found.add(entries[at]);
            total += entries[at].length;
            at++;
        }
        Optime last = at == index ? Optime.NONE : new Optime(times[at - 1], terms[at - 1]);
        return new OplogRun(found, last);
    }

    /**
     * Visits entries of a range, newest first, until the visitor says false.
     *
     * @param through last cluster time, inclusive
     * @param from first cluster time, inclusive
     */
    public synchronized void newestFirst(long through, long from, Predicate<byte[]> visitor) {
        int index = through == Long.MAX_VALUE ? end : firstAtLeast(through + 1);
        for (int i = index - 1; i >= start && times[i] >= from; i--) {
            if (!visitor.test(entries[i])) {
                return;
            }
        }
    }

    private int firstAtLeast(long ts) {
        int found = Arrays.binarySearch(times, start, end, ts);
        return found >= 0 ? found : -found - 1;
    }
}
