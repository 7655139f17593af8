package io.tidemark.capture.snapshot;

import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.rate.RateLimit;
import java.util.concurrent.Semaphore;

/**
 * Where an agent's scans write to, and how fast they may read.
 *
 * @param rate shared by all scans of the agent
 * @param reads requests that may be answered now, of all scans of the agent
 */
public record SnapshotBucket(
        ObjectStore store,
        FrameOptions frames,
        SnapshotSettings settings,
        RateLimit rate,
        Semaphore reads) {
    private static final int MOST_BATCH_BYTES = 2 << 20;
    private static final int LEAST_BATCH_BYTES = 64 << 10;

    /** Requests a second at least where a rate is set: a low one is not used up in bursts. */
    private static final int LIMITED_REQUESTS_PER_SECOND = 32;

    /** What one thread reads, compresses and puts in a second at least. */
    private static final long BYTES_OF_A_THREAD = 32L << 20;

    public SnapshotBucket(ObjectStore store, FrameOptions frames, SnapshotSettings settings) {
        this(
                store,
                frames,
                settings,
                new RateLimit(settings.maxBytesPerSecond()),
                new Semaphore(
                        SnapshotSettings.readsAtOnce(Runtime.getRuntime().maxMemory()), true));
    }

    /**
     * For one scan that may read no faster than that, beside what all of them together may.
     *
     * @param bytesPerSecond 0 for no limit of its own
     */
    SnapshotBucket limitedTo(long bytesPerSecond) {
        return bytesPerSecond == 0
                ? this
                : new SnapshotBucket(store, frames, settings, rate.within(bytesPerSecond), reads);
    }

    /**
     * How many threads of one scan read, compress and put at a time. Where a rate is set, no more
     * than it takes: who spares the source must not take its processors in bursts either.
     */
    int threadsAtOnce() {
        return rate.bytesPerSecond()
                .map(bytes -> 1 + bytes / BYTES_OF_A_THREAD)
                .map(threads -> (int) Math.min(threads, settings.threads()))
                .orElse(settings.threads());
    }

    /** Of the threads that scan: whoever set a rate wants the source to be spared. */
    SchedulingPolicy scheduling() {
        return rate.bytesPerSecond().isPresent() ? settings.whenLimited() : SchedulingPolicy.NORMAL;
    }

    /** About how many bytes of documents one request shall bring; one document can be more. */
    public int batchBytes() {
        return rate.bytesPerSecond()
                .map(bytes -> bytes / LIMITED_REQUESTS_PER_SECOND)
                .map(bytes -> Math.max(LEAST_BATCH_BYTES, Math.min(MOST_BATCH_BYTES, bytes)))
                .map(Long::intValue)
                .orElse(MOST_BATCH_BYTES);
    }
}
