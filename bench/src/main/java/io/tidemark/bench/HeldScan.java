package io.tidemark.bench;

import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.capture.snapshot.SnapshotShare;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.rate.RateLimit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Base snapshots with a limit, one after the other, that can be held at any moment: who takes from
 * a rate has to wait, here also while nothing shall be read. Nothing is saved up meanwhile.
 */
final class HeldScan implements AutoCloseable {
    private final String uri;
    private final String member;
    private final SnapshotBucket bucket;
    private final LongAdder bytes = new LongAdder();
    private final Gate gate = new Gate();
    private final Thread thread = new Thread(this::scan, "bench-scan");
    private volatile RuntimeException failure;

    /**
     * Held at first.
     *
     * @param member the address of the one that is read
     */
    HeldScan(String uri, String member, ObjectStore store, long bytesPerSecond) {
        SnapshotSettings settings = SnapshotSettings.DEFAULTS.limitedTo(bytesPerSecond);
        long heap = Runtime.getRuntime().maxMemory();
        this.uri = uri;
        this.member = member;
        this.bucket =
                new SnapshotBucket(
                        store,
                        FrameOptions.defaults(),
                        settings,
                        new RateLimit(bytesPerSecond, gate),
                        new Semaphore(SnapshotSettings.readsAtOnce(heap), true));
    }

    HeldScan start() {
        thread.start();
        return this;
    }

    /** Lets it go on, or holds it; what was asked for before still comes. */
    void goOn(boolean on) {
        if (failure != null) {
            throw failure;
        }
        gate.set(on);
    }

    /** Raw BSON that was read since the beginning. */
    long bytes() {
        return bytes.sum();
    }

    private void scan() {
        try {
            for (int i = 0; ; i++) {
                TakenSnapshot.take(uri, member, bucket, "held" + i, new Counting());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private final class Counting implements SnapshotShare.Progress {
        @Override
        public void expect(long documents, long expected) {
            // Nobody waits for the end.
        }

        @Override
        public void add(long documents, long read) {
            bytes.add(read);
        }
    }

    private static final class Gate implements RateLimit.Timer {
        private boolean open;

        synchronized void set(boolean goOn) {
            open = goOn;
            notifyAll();
        }

        private synchronized void await() throws InterruptedException {
            while (!open) {
                wait();
            }
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
            await();
        }
    }
}
