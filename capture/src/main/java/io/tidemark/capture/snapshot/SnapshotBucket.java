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
}
