package io.tidemark.capture.tail;

import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads the next batch while the last one is being published. At most one batch waits to be taken
 * and one is being read, so memory is bounded, and nothing is read while the taker is busy.
 */
public final class PrefetchingCursor implements OplogCursor {
    /** A batch, or why there are no more. */
    private record Reading(List<OplogEntry> batch, RuntimeException failure) {}

    private final OplogCursor inner;
    private final Duration awaitData;
    private final BlockingQueue<Reading> waiting = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile boolean closed;
    private RuntimeException failure;

    /**
     * Starts to read.
     *
     * @param name of the reading thread
     */
    public PrefetchingCursor(OplogCursor inner, Duration awaitData, String name) {
        this.inner = inner;
        this.awaitData = awaitData;
        this.thread = new Thread(this::read, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public List<OplogEntry> next(Duration wait) {
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

    /** The reading thread ends by itself, after the request that is under way. */
    @Override
    public void close() {
        closed = true;
        waiting.clear();
    }

    private void read() {
        try (inner) {
            while (!closed) {
                List<OplogEntry> batch = inner.next(awaitData);
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
