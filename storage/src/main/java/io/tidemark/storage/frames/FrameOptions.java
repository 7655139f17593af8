package io.tidemark.storage.frames;

import io.tidemark.storage.encryption.KeyRing;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How framed objects are written.
 *
 * @param level of zstd, 1 to 19; higher is smaller and slower
 * @param frameBytes raw bytes per frame, 1 KiB to 16 MiB; a larger single document has a frame of
 *     its own. Smaller frames make ranged reads finer and compression worse
 * @param keys seal the frames with a data key of this ring, if there is one
 * @param memory shared by all writers with these options
 * @param spillFolder where bytes go that the budget has no room for; made when first needed
 * @param codecs compressors shared by all writers with these options
 */
public record FrameOptions(
        int level,
        int frameBytes,
        Optional<KeyRing> keys,
        MemoryBudget memory,
        Path spillFolder,
        FrameCodecs codecs) {
    public static final int DEFAULT_LEVEL = 3;
    public static final int DEFAULT_FRAME_BYTES = 4 * 1024 * 1024;

    public FrameOptions {
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(spillFolder, "spillFolder");
        if (level < 1 || level > 19) {
            throw new IllegalArgumentException("zstd level must be 1 to 19 but is " + level);
        }
        if (frameBytes < 1024 || frameBytes > 16 * 1024 * 1024) {
            throw new IllegalArgumentException(
                    "frame size must be 1 KiB to 16 MiB but is " + frameBytes + " bytes");
        }
    }

    /** Level 3, 4 MiB, no encryption, all in memory. */
    public static FrameOptions defaults() {
        return new FrameOptions(
                DEFAULT_LEVEL,
                DEFAULT_FRAME_BYTES,
                Optional.empty(),
                MemoryBudget.unlimited(),
                Path.of(System.getProperty("java.io.tmpdir")),
                new FrameCodecs(DEFAULT_LEVEL));
    }

    public FrameOptions withLevel(int newLevel) {
        return new FrameOptions(
                newLevel, frameBytes, keys, memory, spillFolder, new FrameCodecs(newLevel));
    }

    public FrameOptions withFrameBytes(int newFrameBytes) {
        return new FrameOptions(level, newFrameBytes, keys, memory, spillFolder, codecs);
    }

    public FrameOptions withKeys(KeyRing ring) {
        return new FrameOptions(level, frameBytes, Optional.of(ring), memory, spillFolder, codecs);
    }

    /** Sealed so that a reader with these keys can open it; in the clear if there are none. */
    public FrameOptions sealedFor(FrameKeys readers) {
        return new FrameOptions(level, frameBytes, readers.ring(), memory, spillFolder, codecs);
    }

    public FrameOptions withMemory(MemoryBudget budget, Path newSpillFolder) {
        return new FrameOptions(level, frameBytes, keys, budget, newSpillFolder, codecs);
    }
}
