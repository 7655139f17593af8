package io.tidemark.capture.tail;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The memory that all replica sets of an agent share for entries on their way: from the request
 * that may bring them until Kafka has them for good. Whoever asks first is served first.
 *
 * <p>What is counted is what is held at most, {@link Held}: an entry is there up to three times.
 * What a request will bring is not known before it is there, so each reserves what the greatest
 * reply needs and gives back what did not come. Beside that, the driver keeps the buffers of past
 * replies for a minute, one of each power of two for each request at a time: so requests are
 * limited as well, {@link #requestsAtATime}. Requests of more replica sets than that take turns;
 * each then waits for entries only briefly.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryBudget {
    /**
     * What a request reserves, in bytes: for the greatest reply, which is one entry of 16 MiB + 16
     * KiB (server limit) with the reply around it, or as many bytes of small ones. No budget may be
     * smaller.
     */
    public static final long REQUEST_BYTES =
            Held.UNSENT.bytes((16L << 20) + (64L << 10), OplogCursor.MOST_ENTRIES);

    /** For each so many bytes of the budget there may be one more request. */
    private static final long BYTES_OF_A_REQUEST = 128L << 20;

    /** How long a request may wait for entries while others wait for its memory. */
    private static final Duration TURN = Duration.ofMillis(20);

    private static final int KIB = 1024;

    /** How much memory entries need, with the objects around them. */
    enum Held {
        /**
         * At first the reply and its copy; then the copy and the record; at last the record and the
         * producer's buffer, which is copied once if compression makes the record larger: by a
         * tenth, and rounded.
         */
        UNSENT(25, 1024),

        /** The producer's buffer. */
        SENT(9, 256);

        private final int eighths;
        private final int bytesOfObjects;

        Held(int eighths, int bytesOfObjects) {
            this.eighths = eighths;
            this.bytesOfObjects = bytesOfObjects;
        }

        long bytes(long entryBytes, int entries) {
            return entryBytes * eighths / 8 + (long) entries * bytesOfObjects;
        }
    }

    private final Semaphore freeKib;
    private final Semaphore requests;

    /** A replica set that holds more does not read ahead: others get their turn. */
    private final long readAheadBytes;

    /**
     * @param bytes {@link #REQUEST_BYTES} to 1 TiB
     */
    public MemoryBudget(long bytes) {
        if (bytes < REQUEST_BYTES || bytes > 1L << 40) {
            throw new IllegalArgumentException(
                    "a budget of "
                            + bytes
                            + " bytes: it must lie in "
                            + REQUEST_BYTES
                            + " bytes to 1 TiB, or no entry of the greatest size fits");
        }
        this.freeKib = new Semaphore((int) (bytes / KIB), true);
        this.requests = new Semaphore(requestsAtATime(bytes), true);
        this.readAheadBytes = Math.max(24L << 20, Math.min(128L << 20, bytes / 8));
    }

    /** One for each 128 MiB, one at least. */
    static int requestsAtATime(long bytes) {
        return (int) Math.max(1, bytes / BYTES_OF_A_REQUEST);
    }

    /** What is free now, in bytes, for metrics. */
    public long freeBytes() {
        return (long) freeKib.availablePermits() * KIB;
    }

    /** Reads with as much memory as a request reserves; waits for that as long as it takes. */
    public <T> T read(Supplier<T> reading) {
        try (Lease lease = lease()) {
            lease.request();
            try {
                return reading.get();
            } finally {
                lease.received(0, 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceUnavailableException("Interrupted while waiting for memory", e);
        }
    }

    /** A replica set's share, nothing yet. */
    Lease lease() {
        return new Lease();
    }

    /** {@code wait}, or less while others wait for memory. */
    Duration turn(Duration wait) {
        boolean othersWait = requests.hasQueuedThreads() || freeKib.hasQueuedThreads();
        return othersWait && wait.compareTo(TURN) > 0 ? TURN : wait;
    }

    /** What one cursor holds. */
    final class Lease implements AutoCloseable {
        private long held;
        private boolean requested;
        private boolean closed;

        /** Reserves a request's memory, however long that takes. */
        void request() throws InterruptedException {
            requests.acquire();
            try {
                freeKib.acquire(kib(REQUEST_BYTES));
            } catch (InterruptedException e) {
                requests.release();
                throw e;
            }
            requested(true);
        }

        /** As {@link #request()}, but false if it was not to be had in time. */
        boolean request(Duration atMost) throws InterruptedException {
            long deadline = System.nanoTime() + atMost.toNanos();
            if (!awaitRoomForReadingAhead(deadline) || !tryAcquire(requests, 1, deadline)) {
                return false;
            }
            boolean reserved = false;
            try {
                reserved = tryAcquire(freeKib, kib(REQUEST_BYTES), deadline);
            } finally {
                if (!reserved) {
                    requests.release();
                }
            }
            requested(reserved);
            return reserved;
        }

        /** The request is over, and so much came. Nothing happens if there was no request. */
        synchronized void received(long entryBytes, int entries) {
            if (!requested) {
                return;
            }
            requested = false;
            if (!closed) {
                // A server that sent more than it may would make the budget negative.
                long came = Math.min(Held.UNSENT.bytes(entryBytes, entries), REQUEST_BYTES - KIB);
                freeKib.release(kib(REQUEST_BYTES) - (kib(held + came) - kib(held)));
                held += came;
            } else {
                freeKib.release(kib(REQUEST_BYTES));
            }
            requests.release();
        }

        /** So much of what was received is given to the topic: only its producer holds it now. */
        void sent(long entryBytes, int entries) {
            free(Held.UNSENT.bytes(entryBytes, entries) - Held.SENT.bytes(entryBytes, entries));
        }

        /** So much of what was sent is no longer held. */
        void release(long entryBytes, int entries) {
            free(Held.SENT.bytes(entryBytes, entries));
        }

        /** Gives back what is held; a request under way gives its part back when it is over. */
        @Override
        public synchronized void close() {
            closed = true;
            free(held);
        }

        private synchronized void free(long bytes) {
            long left = Math.max(0, held - bytes);
            freeKib.release(kib(held) - kib(left));
            held = left;
            notifyAll();
        }

        private synchronized void requested(boolean reserved) {
            requested = reserved;
        }

        private synchronized boolean awaitRoomForReadingAhead(long deadline)
                throws InterruptedException {
            long left = deadline - System.nanoTime();
            while (held > readAheadBytes && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - System.nanoTime();
            }
            return held <= readAheadBytes;
        }
    }

    private static boolean tryAcquire(Semaphore from, int permits, long deadline)
            throws InterruptedException {
        return from.tryAcquire(permits, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private static int kib(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + KIB - 1) / KIB);
    }
}
