package io.tidemark.capture.tail;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that all replica sets of an agent share for entries on their way: from the request
 * that may bring them until Kafka has them for good. Whoever asks first is served first.
 *
 * <p>An entry is there twice, as the driver's reply and our copy, later as the record and in the
 * producer's buffer: so twice its size is counted. What a request will bring is not known before it
 * is there, so each reserves what a server can send at most and gives back what did not come.
 * Requests of more replica sets than fit take turns; each then waits for entries only briefly.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryBudget {
    /**
     * What a request reserves, in bytes: twice the greatest reply, which is one entry of 16 MiB +
     * 16 KiB (server limit) with the reply around it. No budget may be smaller.
     */
    public static final long REQUEST_BYTES = 2 * ((16L << 20) + (64L << 10));

    /** How long a request may wait for entries while others wait for its memory. */
    private static final Duration TURN = Duration.ofMillis(20);

    /** A replica set that holds more does not read ahead: others get their turn. */
    private static final long READ_AHEAD_BYTES = 24L << 20;

    private static final int KIB = 1024;

    private final Semaphore freeKib;

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
    }

    /** What is free now, in bytes, for metrics. */
    public long freeBytes() {
        return (long) freeKib.availablePermits() * KIB;
    }

    /** A replica set's share, nothing yet. */
    Lease lease() {
        return new Lease();
    }

    /** {@code wait}, or less while others wait for memory. */
    Duration turn(Duration wait) {
        return freeKib.hasQueuedThreads() && wait.compareTo(TURN) > 0 ? TURN : wait;
    }

    /** What one cursor holds. */
    final class Lease implements AutoCloseable {
        private int heldKib;
        private int requestKib;
        private boolean closed;

        /** Reserves a request's memory, however long that takes. */
        void request() throws InterruptedException {
            freeKib.acquire(kib(REQUEST_BYTES));
            requested();
        }

        /** As {@link #request()}, but false if it was not to be had in time. */
        boolean request(Duration atMost) throws InterruptedException {
            long deadline = System.nanoTime() + atMost.toNanos();
            if (!awaitRoomForReadingAhead(deadline)
                    || !freeKib.tryAcquire(
                            kib(REQUEST_BYTES),
                            deadline - System.nanoTime(),
                            TimeUnit.NANOSECONDS)) {
                return false;
            }
            requested();
            return true;
        }

        /** The request is over, and so many bytes of entries came. */
        synchronized void received(long entryBytes) {
            int kept = Math.min(requestKib, kib(2 * entryBytes));
            heldKib += closed ? 0 : kept;
            freeKib.release(requestKib - (closed ? 0 : kept));
            requestKib = 0;
        }

        /** So many bytes of entries are no longer held. */
        synchronized void release(long entryBytes) {
            int freed = Math.min(heldKib, kib(2 * entryBytes));
            heldKib -= freed;
            freeKib.release(freed);
            notifyAll();
        }

        /** Gives back what is held; a request under way gives its part back when it is over. */
        @Override
        public synchronized void close() {
            closed = true;
            freeKib.release(heldKib);
            heldKib = 0;
            notifyAll();
        }

        private synchronized void requested() {
            requestKib = kib(REQUEST_BYTES);
        }

        private synchronized boolean awaitRoomForReadingAhead(long deadline)
                throws InterruptedException {
            long left = deadline - System.nanoTime();
            while (heldKib > kib(READ_AHEAD_BYTES) && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - System.nanoTime();
            }
            return heldKib <= kib(READ_AHEAD_BYTES);
        }
    }

    private static int kib(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + KIB - 1) / KIB);
    }
}
