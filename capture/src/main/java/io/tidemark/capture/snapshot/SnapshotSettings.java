package io.tidemark.capture.snapshot;

/**
 * How a replica set is scanned.
 *
 * @param threads that read and compress, 1 to 32; in a small heap they take turns in reading
 *     ({@link #readsAtOnce})
 * @param partBytes raw bytes of a part, 1 KiB to 64 MiB
 * @param rangeBytes about how much of a collection is one range, at least a part
 * @param maxBytesPerSecond of raw BSON, all threads of the agent together; 0 for no limit
 * @param whenLimited how the threads of a scan with a limit, of the agent's or its own, are
 *     scheduled
 */
public record SnapshotSettings(
        int threads,
        long partBytes,
        long rangeBytes,
        long maxBytesPerSecond,
        SchedulingPolicy whenLimited) {
    private static final long MIB = 1L << 20;
    private static final int MOST_READS_AT_ONCE = 8;

    /**
     * What a request needs of the heap if its documents are as large as they can be: the reply, its
     * copy, and the buffers that the driver keeps.
     */
    public static final long READ_BYTES = 56 * MIB;

    /** Parts of 64 MiB, ranges of four, no limit; threads as the heap allows, two to four. */
    public static final SnapshotSettings DEFAULTS =
            new SnapshotSettings(
                    (int) Math.max(2, Math.min(4, Runtime.getRuntime().maxMemory() / (128 * MIB))),
                    64 * MIB,
                    256 * MIB,
                    0);

    /** With a limit, it gives way to everything else. */
    public SnapshotSettings(int threads, long partBytes, long rangeBytes, long maxBytesPerSecond) {
        this(threads, partBytes, rangeBytes, maxBytesPerSecond, SchedulingPolicy.IDLE);
    }

    public SnapshotSettings {
        if (threads < 1 || threads > 32) {
            throw new IllegalArgumentException("threads must be 1 to 32 but are " + threads);
        }
        if (partBytes < 1024 || partBytes > 64 * MIB || rangeBytes < partBytes) {
            throw new IllegalArgumentException(
                    "parts must be 1 KiB to 64 MiB and no larger than ranges, but are "
                            + partBytes
                            + " and "
                            + rangeBytes
                            + " bytes");
        }
        if (maxBytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate of " + maxBytesPerSecond + " bytes/s");
        }
    }

    /**
     * How many requests of all scans of an agent may be answered at once: one for each 256 MiB of
     * heap, 1 to 8. However many replica sets it scans and with how many threads, they take turns.
     */
    public static int readsAtOnce(long heapBytes) {
        return (int) Math.max(1, Math.min(MOST_READS_AT_ONCE, heapBytes / (256 * MIB)));
    }

    public SnapshotSettings limitedTo(long bytesPerSecond) {
        return new SnapshotSettings(threads, partBytes, rangeBytes, bytesPerSecond, whenLimited);
    }
}
