package io.tidemark.capture.tail;

import io.tidemark.capture.publish.EntryPreparer;
import io.tidemark.capture.publish.PreparedEntry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads the next batches and makes their records while others are being sent. At most {@value
 * #WAITING} batches wait to be taken and one is being read; how many bytes these may be is the
 * cursor's to bound. One thread reads and prepares in the cursor's order, so the order is kept.
 */
public final class ReadAheadThread implements EntryFeed {
    /** A batch, or why there are no more. */
    private record Reading(List<PreparedEntry> batch, RuntimeException failure) {}

    /**
     * A commit stands still until everything sent is acknowledged; so much is read in that time
     * with requests of the default size.
     */
    private static final int WAITING = 4;

    private final OplogCursor cursor;
    private final EntryPreparer preparer;
    private final Duration awaitData;
    private final BlockingQueue<Reading> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread;
    private volatile boolean closed;
    private RuntimeException failure;

    private ReadAheadThread(
            OplogCursor cursor, EntryPreparer preparer, Duration awaitData, String name) {
        this.cursor = cursor;
        this.preparer = preparer;
        this.awaitData = awaitData;
        this.thread = new Thread(this::read, name);
        thread.setDaemon(true);
    }

    /**
     * @param awaitData how long one request waits for entries
     * @param name of the reading thread
     */
    public static ReadAhead named(String name, Duration awaitData) {
        return (cursor, preparer) -> {
            ReadAheadThread feed = new ReadAheadThread(cursor, preparer, awaitData, name);
            feed.thread.start();
            return feed;
        };
    }

    @Override
    public List<PreparedEntry> next(Duration wait) {
        if (failure != null) {
            throw failure;
        }
        Reading reading;
        try {
            reading = waiting.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceUnavailableException("Interrupted while waiting for entries", e);
        }
        if (reading == null) {
            return List.of();
        }
        if (reading.failure() != null) {
            failure = reading.failure();
            throw failure;
        }
        return reading.batch();
    }

    @Override
    public void sent(long entryBytes, int entries) {
        cursor.sent(entryBytes, entries);
    }

    @Override
    public void release(long entryBytes, int entries) {
        cursor.release(entryBytes, entries);
    }

    /** The reading thread ends by itself, after the request that is under way. */
    @Override
    public void close() {
        closed = true;
        waiting.clear();
    }

    private void read() {
        try (cursor) {
            while (!closed) {
                List<PreparedEntry> batch = ReadAhead.prepared(cursor.next(awaitData), preparer);
                if (!batch.isEmpty()) {
                    give(new Reading(batch, null));
                }
            }
        } catch (RuntimeException e) {
            give(new Reading(List.of(), e));
        } catch (Error e) {
            // Without this the taker would wait for ever, and the shard look quiet.
            give(new Reading(List.of(), new IllegalStateException("the reading thread died", e)));
        }
    }

    private void give(Reading reading) {
        try {
            boolean given = false;
            while (!given && !closed) {
                given = waiting.offer(reading, 100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            closed = true;
            Thread.currentThread().interrupt();
        }
    }
}
