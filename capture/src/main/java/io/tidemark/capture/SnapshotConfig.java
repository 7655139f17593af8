package io.tidemark.capture;

import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How an agent takes base snapshots. The keys are described at {@link CaptureConfig}.
 *
 * @param bucket where they go
 * @param keyRing file of the key ring; without it parts are in the clear
 * @param memoryBytes for parts under way; what has no room goes through a file in the spill folder
 */
public record SnapshotConfig(
        BucketUri bucket,
        Optional<Path> keyRing,
        int compressionLevel,
        long memoryBytes,
        Path spillFolder,
        SnapshotSettings settings) {
    private static final List<String> NEED_A_BUCKET =
            List.of(
                    "encryption.keys",
                    "compression.level",
                    "snapshot.threads",
                    "snapshot.part.bytes",
                    "snapshot.bytes.per.second",
                    "snapshot.memory.bytes",
                    "spill.dir");

    /** Empty without a bucket. */
    static Optional<SnapshotConfig> read(ConfigReader reader) {
        Optional<BucketUri> bucket = reader.parsed("bucket", BucketUri::parse);
        if (reader.optionalText("bucket").isEmpty()) {
            NEED_A_BUCKET.stream()
                    .filter(key -> reader.optionalText(key).isPresent())
                    .forEach(key -> reader.problem(key + " is set, but bucket isn't"));
        }
        SnapshotSettings defaults = SnapshotSettings.DEFAULTS;
        long part =
                reader.bytes(
                        "snapshot.part.bytes", defaults.partBytes(), 1 << 20, defaults.partBytes());
        SnapshotSettings settings =
                new SnapshotSettings(
                        reader.number("snapshot.threads", defaults.threads(), 1, 32),
                        part,
                        4 * part,
                        reader.bytes("snapshot.bytes.per.second", 0, 0, 1L << 40));
        int level = reader.number("compression.level", FrameOptions.DEFAULT_LEVEL, 1, 19);
        Optional<Path> keys = reader.optionalPath("encryption.keys");
        long memory =
                reader.bytes(
                        "snapshot.memory.bytes",
                        Runtime.getRuntime().maxMemory() / 8,
                        1 << 20,
                        64L << 30);
        Path spill =
                reader.optionalPath("spill.dir")
                        .orElse(Path.of(System.getProperty("java.io.tmpdir")));
        return bucket.map(uri -> new SnapshotConfig(uri, keys, level, memory, spill, settings));
    }
}
