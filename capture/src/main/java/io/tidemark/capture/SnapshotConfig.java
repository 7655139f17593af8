package io.tidemark.capture;

import io.tidemark.capture.schedule.SnapshotSchedule;
import io.tidemark.capture.snapshot.SchedulingPolicy;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.retention.RetentionRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an agent takes base snapshots. The keys are described at {@link CaptureConfig}.
 *
 * @param bucket where they go
 * @param keyRing file of the key ring; without it parts are in the clear
 * @param memoryBytes for parts under way; what has no room goes through a file in the spill folder
 * @param plan which of them are taken by themselves
 */
public record SnapshotConfig(
        BucketUri bucket,
        Optional<Path> keyRing,
        int compressionLevel,
        long memoryBytes,
        Path spillFolder,
        SnapshotSettings settings,
        Plan plan) {
    /**
     * @param schedule empty for none; nothing begins by itself then
     * @param leastDistance between a base and one that was missed or that an event asks for
     * @param retention after each snapshot; empty to remove nothing. Not set, a week is kept where
     *     there is a schedule
     */
    public record Plan(
            Optional<SnapshotSchedule> schedule,
            Duration leastDistance,
            Optional<RetentionRule> retention) {}

    private static final List<String> NEED_A_BUCKET =
            List.of(
                    "encryption.keys",
                    "compression.level",
                    "snapshot.threads",
                    "snapshot.part.bytes",
                    "snapshot.bytes.per.second",
                    "snapshot.scheduling",
                    "snapshot.memory.bytes",
                    "snapshot.schedule",
                    "snapshot.least.distance",
                    "retention.days",
                    "retention.bases",
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
                        reader.bytes("snapshot.bytes.per.second", 0, 0, 1L << 40),
                        reader.parsed("snapshot.scheduling", SchedulingPolicy::parse)
                                .orElse(defaults.whenLimited()));
        int level = reader.number("compression.level", FrameOptions.DEFAULT_LEVEL, 1, 19);
        Optional<Path> keys = reader.optionalPath("encryption.keys");
        long memory =
                reader.bytes(
                        "snapshot.memory.bytes",
                        partMemory(Runtime.getRuntime().maxMemory()),
                        1 << 20,
                        64L << 30);
        Path spill =
                reader.optionalPath("spill.dir")
                        .orElse(Path.of(System.getProperty("java.io.tmpdir")));
        Plan plan = plan(reader);
        return bucket.map(
                uri -> new SnapshotConfig(uri, keys, level, memory, spill, settings, plan));
    }

    /** For parts under way, if nothing else is said. */
    static long partMemory(long heapBytes) {
        return heapBytes / 8;
    }

    private static Plan plan(ConfigReader reader) {
        Optional<SnapshotSchedule> schedule =
                reader.optionalText("snapshot.schedule").isPresent()
                        ? reader.parsed("snapshot.schedule", SnapshotSchedule::parse)
                                .orElse(Optional.empty())
                        : SnapshotSchedule.parse(SnapshotSchedule.DAILY);
        Duration distance =
                reader.duration(
                        "snapshot.least.distance",
                        Duration.ofHours(6),
                        Duration.ofMinutes(1),
                        Duration.ofDays(30));
        return new Plan(schedule, distance, retention(reader, schedule.isPresent()));
    }

    /** Who lets agents take bases by themselves is not to be surprised by a bucket that grows. */
    private static Optional<RetentionRule> retention(ConfigReader reader, boolean scheduled) {
        boolean keepsAll = reader.optionalText("retention.days").filter("none"::equals).isPresent();
        OptionalInt days = keepsAll ? OptionalInt.empty() : count(reader, "retention.days", 3650);
        OptionalInt bases = count(reader, "retention.bases", 1000);
        if (days.isPresent() || bases.isPresent()) {
            return Optional.of(new RetentionRule(days, bases));
        }
        return scheduled && !keepsAll ? Optional.of(RetentionRule.DEFAULT) : Optional.empty();
    }

    /** Empty if it is not set. */
    private static OptionalInt count(ConfigReader reader, String key, int most) {
        return reader.optionalText(key).isPresent()
                ? OptionalInt.of(reader.number(key, 1, 1, most))
                : OptionalInt.empty();
    }
}
