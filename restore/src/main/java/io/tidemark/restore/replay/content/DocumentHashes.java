package io.tidemark.restore.replay.content;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Hashes of documents that were written, by collection and id, as many as fit: 16 bytes each, for
 * all replica sets together. What does not fit is forgotten, and must be read from the target when
 * it is needed. Safe for use by several threads.
 */
public final class DocumentHashes {
    private static final int SHARES = 64;
    private static final int SMALLEST = 64;

    /** Not a key and not a hash: a free slot, and the answer for what is not known. */
    static final long UNKNOWN = 0;

    private final Share[] shares = new Share[SHARES];
    private final AtomicLong collections = new AtomicLong();
    private volatile boolean complete = true;

    /**
     * @param most how many documents at most
     */
    public DocumentHashes(long most) {
        int each = (int) Math.min(Integer.highestOneBit(Integer.MAX_VALUE) / 4, most / SHARES);
        for (int i = 0; i < SHARES; i++) {
            shares[i] = new Share(each < SMALLEST ? 0 : Integer.highestOneBit(each));
        }
    }

    /** What is expected of a new collection. */
    public ExpectedContent newCollection() {
        return new ExpectedContent(this, collections.incrementAndGet());
    }

    static long key(long collection, long id) {
        long mixed = (id ^ collection * 0x9E3779B97F4A7C15L) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 32) * 0xC4CEB9FE1A85EC53L;
        mixed ^= mixed >>> 29;
        return mixed == UNKNOWN ? 1 : mixed;
    }

    /** True as long as nothing was forgotten: what is not known then was never written. */
    public boolean isComplete() {
        return complete;
    }

    /** Documents were written that nobody told of: by a run that was cut off. */
    public void missedSome() {
        complete = false;
    }

    void put(long key, long hash) {
        if (!shareOf(key).put(key, hash)) {
            complete = false;
        }
    }

    /** The hash, which is forgotten by this; {@link #UNKNOWN} if it is not known. */
    long take(long key) {
        return shareOf(key).take(key);
    }

    private Share shareOf(long key) {
        return shares[(int) (key >>> 58)];
    }

    /** Keys and values in turn; a key stands in one of a few places next to each other. */
    private static final class Share {
        private static final int PLACES = 4;
        private final int most;
        private long[] table;
        private int used;

        Share(int most) {
            this.most = most;
            this.table = new long[2 * Math.min(SMALLEST, most)];
        }

        /** False if a document is forgotten for it. */
        synchronized boolean put(long key, long hash) {
            if (most == 0) {
                return false;
            }
            if (used > table.length / 4 && table.length / 2 < most) {
                grow();
            }
            int first = placeOf(key);
            int free = -1;
            for (int i = first; i < first + 2 * PLACES; i += 2) {
                if (table[i] == key) {
                    table[i + 1] = hash;
                    return true;
                }
                free = table[i] == UNKNOWN ? i : free;
            }
            boolean room = free >= 0;
            if (!room) {
                // Another document goes.
                free = first + 2 * (int) (key >>> 40 & PLACES - 1);
                used--;
            }
            table[free] = key;
            table[free + 1] = hash;
            used++;
            return room;
        }

        synchronized long take(long key) {
            if (most == 0) {
                return UNKNOWN;
            }
            int first = placeOf(key);
            for (int i = first; i < first + 2 * PLACES; i += 2) {
                if (table[i] == key) {
                    table[i] = UNKNOWN;
                    used--;
                    return table[i + 1];
                }
            }
            return UNKNOWN;
        }

        private int placeOf(long key) {
            int groups = table.length / (2 * PLACES);
            return ((int) key & groups - 1) * 2 * PLACES;
        }

        private void grow() {
            long[] old = table;
            table = new long[old.length * 2];
            used = 0;
            for (int i = 0; i < old.length; i += 2) {
                if (old[i] != UNKNOWN) {
                    // A larger table has room for all of them: groups only split.
                    put(old[i], old[i + 1]);
                }
            }
        }
    }
}
