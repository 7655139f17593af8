package io.tidemark.storage.frames;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes of heap that several writers share. Who gets none goes on in a file. */
public final class MemoryBudget {
    private final AtomicLong left;

    /**
     * @param sizeBytes 0 or more
     */
    public MemoryBudget(long sizeBytes) {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("memory budget is " + sizeBytes + " bytes");
        }
        this.left = new AtomicLong(sizeBytes);
    }

    /** For one writer at a time, whose parts are small. */
    public static MemoryBudget unlimited() {
        return new MemoryBudget(Long.MAX_VALUE);
    }

    /** Takes all of {@code bytes} or nothing. */
    boolean tryTake(long bytes) {
        long before = left.getAndUpdate(have -> have >= bytes ? have - bytes : have);
        return before >= bytes;
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }

    /** What is not taken now. */
    public long leftBytes() {
        return left.get();
    }
}
