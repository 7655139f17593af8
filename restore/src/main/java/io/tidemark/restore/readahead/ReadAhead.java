package io.tidemark.restore.readahead;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.ToIntFunction;

/**
 * Reads on from a source in a thread of its own, so that fetching, decompressing and decoding go on
 * while what was read before is applied. How far ahead is bounded in bytes. One thread asks; the
 * source must not be touched until {@link #close} has returned.
 */
public final class ReadAhead<T> implements Iterator<T>, AutoCloseable {
    private static final int GROUP_BYTES = 1 << 20;
    private static final int GROUPS = 4;

    /** The last group says that the source ended, or how it failed. */
    private record Group<T>(List<T> items, boolean last, RuntimeException failure) {}

    private final Iterator<T> source;
    private final ToIntFunction<T> sizeBytes;
    private final BlockingQueue<Group<T>> ready = new ArrayBlockingQueue<>(GROUPS);
    private final Thread thread;
    private Iterator<T> current = List.<T>of().iterator();
    private boolean ended;

    /**
     * Begins to read.
     *
     * @param name of the thread
     */
    public static <T> ReadAhead<T> of(String name, Iterator<T> source, ToIntFunction<T> sizeBytes) {
        ReadAhead<T> ahead = new ReadAhead<>(name, source, sizeBytes);
        ahead.thread.start();
        return ahead;
    }

    private ReadAhead(String name, Iterator<T> source, ToIntFunction<T> sizeBytes) {
        this.source = source;
        this.sizeBytes = sizeBytes;
        this.thread = new Thread(this::read, name);
        this.thread.setDaemon(true);
    }

    private void read() {
        try {
            try {
                while (source.hasNext()) {
                    ready.put(new Group<>(group(), false, null));
                }
                ready.put(new Group<>(List.of(), true, null));
            } catch (RuntimeException e) {
                ready.put(new Group<>(List.of(), true, e));
            }
        } catch (InterruptedException e) {
            // Nobody wants the rest.
            Thread.currentThread().interrupt();
        }
    }

    private List<T> group() {
        List<T> items = new ArrayList<>();
        long bytes = 0;
        while (bytes < GROUP_BYTES && source.hasNext()) {
            T item = source.next();
            items.add(item);
            bytes += sizeBytes.applyAsInt(item);
        }
        return items;
    }

    @Override
    public boolean hasNext() {
        while (!current.hasNext() && !ended) {
            take();
        }
        return current.hasNext();
    }

    private void take() {
        try {
            Group<T> group = ready.take();
            current = group.items().iterator();
            ended = group.last();
            if (group.failure() != null) {
                throw group.failure();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the archive", e);
        }
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("nothing more");
        }
        return current.next();
    }

    /** Gives up the rest; returns when the source is no longer read. */
    @Override
    public void close() {
        ended = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
