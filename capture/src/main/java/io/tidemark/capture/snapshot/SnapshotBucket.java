package io.tidemark.capture.snapshot;

import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;

/**
 * Where an agent's scans write to, and how fast they may read.
 *
 * @param rate shared by all scans of the agent
 */
public record SnapshotBucket(
        ObjectStore store, FrameOptions frames, SnapshotSettings settings, RateLimit rate) {
    public SnapshotBucket(ObjectStore store, FrameOptions frames, SnapshotSettings settings) {
        this(store, frames, settings, new RateLimit(settings.maxBytesPerSecond()));
    }

    /**
     * For one scan that may read no faster than that, beside what all of them together may.
     *
     * @param bytesPerSecond 0 for no limit of its own
     */
    SnapshotBucket limitedTo(long bytesPerSecond) {
        return bytesPerSecond == 0
                ? this
                : new SnapshotBucket(store, frames, settings, rate.within(bytesPerSecond));
    }
}
