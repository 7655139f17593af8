package io.tidemark.sink;

import io.tidemark.metrics.MetricsConfig;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.sink.slice.RollRule;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A sink worker's settings.
 *
 * @param cluster {@code cluster}, required: the cluster's name in topics and bucket
 * @param bucket {@code bucket}, required: {@code file:DIR} or {@code s3://…}; see {@link BucketUri}
 * @param registry {@code registry.urls}, required: one or more URLs, comma between; {@code
 *     registry.user} and {@code registry.password}, or {@code registry.token}, for HTTP Basic or
 *     Bearer
 * @param kafka {@code kafka.*}: passed to Kafka's clients; {@code kafka.bootstrap.servers} required
 * @param roll {@code slice.max.bytes} (1 MiB to 1 GiB raw, default 32 MiB: larger slices cost fewer
 *     requests and more reading again after a crash) and {@code slice.max.time} (1 s to 1 h of
 *     cluster time, default 30 s: shorter ones are archived sooner and cost more requests)
 * @param idle {@code slice.max.idle} (1 s to 1 d, default 1 m): a topic without a new record for so
 *     long has its slice ended early, so that the last entries of a cluster that died are archived
 * @param memoryBytes {@code memory.bytes} (16 MiB to 16 GiB, default 64 MiB): for records and
 *     slices under way, over all topics; what has no room goes to {@code spill.dir}
 * @param spillFolder {@code spill.dir} (default: the system's temporary directory)
 * @param threads {@code threads} (1 to 64, default: one per processor, at least 2) that decode and
 *     compress
 * @param puts {@code puts} (1 to 256, default 4): uploads at once, at most one per topic
 * @param compressionLevel {@code compression.level} (1 to 19, default 3) of zstd
 * @param keyRing {@code encryption.keys}: file of the key ring; without it objects are in the clear
 * @param timeline how events and windows are kept
 * @param metrics {@code metrics.host}, {@code metrics.port}, {@code metrics.stall.after}: see
 *     {@link MetricsConfig}
 * @param stop {@code stop.timeout} (1 s to 10 m, default 30 s): for the last slices at the end
 */
public record SinkConfig(
        ClusterName cluster,
        BucketUri bucket,
        RegistryConfig registry,
        Map<String, String> kafka,
        RollRule roll,
        Duration idle,
        long memoryBytes,
        Path spillFolder,
        int threads,
        int puts,
        int compressionLevel,
        Optional<Path> keyRing,
        Timeline timeline,
        MetricsConfig metrics,
        Duration stop) {
    private static final long MIB = 1024L * 1024;

    /**
     * @param interval {@code timeline.interval} (1 s to 1 d, default 1 m): restore windows are put
     *     at most this often; what restores may be asked for when Kafka is gone is older by it
     * @param memoryBytes {@code timeline.memory.bytes} (1 MiB to 1 GiB, default 32 MiB): for the
     *     parts of the windows topic; beyond it the timeline is not archived, slices are
     */
    public record Timeline(Duration interval, long memoryBytes) {}

    public SinkConfig {
        kafka = Map.copyOf(kafka);
    }

    /**
     * @throws io.tidemark.schemas.config.ConfigException with all that is wrong
     */
    public static SinkConfig of(Map<String, String> values) {
        ConfigReader reader = new ConfigReader(values);
        reader.text("cluster");
        reader.text("bucket");
        Optional<ClusterName> cluster = reader.parsed("cluster", ClusterName::new);
        Optional<BucketUri> bucket = reader.parsed("bucket", BucketUri::parse);
        RegistryConfig registry = RegistryConfig.read(reader);
        Map<String, String> kafka = reader.under("kafka.");
        if (!kafka.containsKey("bootstrap.servers")) {
            reader.problem("kafka.bootstrap.servers is missing");
        }
        RollRule roll =
                new RollRule(
                        reader.bytes("slice.max.bytes", 32 * MIB, MIB, 1024 * MIB),
                        seconds(reader, "slice.max.time", 30, 3_600));
        Duration idle = seconds(reader, "slice.max.idle", 60, 86_400);
        long memory = reader.bytes("memory.bytes", 64 * MIB, 16 * MIB, 16 * 1024 * MIB);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path spill = reader.optionalPath("spill.dir").orElse(temporary);
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        int threads = reader.number("threads", Math.min(64, processors), 1, 64);
        int puts = reader.number("puts", 4, 1, 256);
        int level = reader.number("compression.level", FrameOptions.DEFAULT_LEVEL, 1, 19);
        Optional<Path> keys = reader.optionalPath("encryption.keys");
        Timeline timeline =
                new Timeline(
                        seconds(reader, "timeline.interval", 60, 86_400),
                        reader.bytes("timeline.memory.bytes", 32 * MIB, MIB, 1024 * MIB));
        MetricsConfig metrics = MetricsConfig.read(reader);
        Duration stop = seconds(reader, "stop.timeout", 30, 600);
        reader.finish();
        return new SinkConfig(
                cluster.orElseThrow(),
                bucket.orElseThrow(),
                registry,
                kafka,
                roll,
                idle,
                memory,
                spill,
                threads,
                puts,
                level,
                keys,
                timeline,
                metrics,
                stop);
    }

    /** For the log: settings of Kafka's clients by name only, as secrets may be among them. */
    @Override
    public String toString() {
        return "cluster="
                + cluster
                + " bucket="
                + bucket
                + " kafka="
                + new TreeSet<>(kafka.keySet())
                + " bootstrap.servers="
                + kafka.get("bootstrap.servers")
                + " slice.max.bytes="
                + roll.maxBytes()
                + " slice.max.time="
                + roll.maxTime()
                + " slice.max.idle="
                + idle
                + " memory.bytes="
                + memoryBytes
                + " spill.dir="
                + spillFolder
                + " threads="
                + threads
                + " puts="
                + puts
                + " compression.level="
                + compressionLevel
                + " encryption.keys="
                + keyRing
                + " timeline.interval="
                + timeline.interval()
                + " timeline.memory.bytes="
                + timeline.memoryBytes()
                + " "
                + metrics
                + " stop.timeout="
                + stop;
    }

    private static Duration seconds(ConfigReader reader, String key, long ifAbsent, long most) {
        return reader.duration(
                key, Duration.ofSeconds(ifAbsent), Duration.ofSeconds(1), Duration.ofSeconds(most));
    }
}
