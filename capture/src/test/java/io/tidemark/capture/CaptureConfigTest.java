package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.capture.metrics.HeadroomAlarm;
import io.tidemark.capture.operation.OperationSettings;
import io.tidemark.capture.schedule.SnapshotSchedule;
import io.tidemark.capture.snapshot.SchedulingPolicy;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.capture.tail.TailSettings;
import io.tidemark.metrics.MetricsConfig;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.registry.Credentials;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.retention.RetentionRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureConfigTest {
    private static Map<String, String> least() {
        return new TreeMap<>(
                Map.of(
                        "cluster",
                        "prod",
                        "source.uri",
                        "mongodb://user:pa55word@cfg1:27019,cfg2:27019/",
                        "kafka.bootstrap.servers",
                        "k1:9092",
                        "registry.urls",
                        "http://registry:8081"));
    }

    @ParameterizedTest
    @CsvSource({
        "retention.days, none, ",
        "retention.days, 3, 'days 3'",
        "retention.bases, 2, 'bases 2'",
        "snapshot.schedule, none, "
    })
    void retentionIsAWeekUnlessSomethingElseIsChosen(String key, String value, String rule) {
        Map<String, String> values = new TreeMap<>(least());
        values.put("bucket", "file:/backup");
        values.put(key, value);

        assertThat(CaptureConfig.of(values).snapshots().orElseThrow().plan().retention())
                .isEqualTo(
                        Optional.ofNullable(rule)
                                .map(text -> OptionalInt.of(Integer.parseInt(text.split(" ")[1])))
                                .map(
                                        count ->
                                                rule.startsWith("days")
                                                        ? new RetentionRule(
                                                                count, OptionalInt.empty())
                                                        : new RetentionRule(
                                                                OptionalInt.empty(), count)));
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        CaptureConfig config = CaptureConfig.of(least());

        assertThat(config.cluster()).isEqualTo(new ClusterName("prod"));
        assertThat(config.tail())
                .usingRecursiveComparison()
                .ignoringFields("commitBytes")
                .isEqualTo(TailSettings.DEFAULTS);
        assertThat(config.tail().commitEntries()).isEqualTo(20_000);
        assertThat(config.tail().commitInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.tail().gapPatience()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.source().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.source().cursors().batchBytes()).isEqualTo(1 << 20);
        assertThat(config.source().preferences().primaryAllowed()).isTrue();
        assertThat(config.source().preferences().maxStaleness()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.topics().replicationFactor()).isEqualTo((short) 3);
        assertThat(config.topics().minInsyncReplicas()).isEqualTo(2);
        assertThat(config.topics().retention()).isEqualTo(Duration.ofDays(7));
        assertThat(config.topics().compression()).isEqualTo("lz4");
        assertThat(config.topics().bufferBytes()).isEqualTo(32L << 20);
        assertThat(config.topics().client()).containsEntry("bootstrap.servers", "k1:9092");
        assertThat(config.ownership().sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.ownership().stopTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.pace().shardsRefresh()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.pace().noteInterval()).isEqualTo(Duration.ZERO);
        assertThat(config.pace().statusInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.headroom()).isEqualTo(new HeadroomAlarm.Limits(25, Duration.ofHours(1)));
        assertThat(config.metrics()).isEqualTo(MetricsConfig.OFF);
        assertThat(config.operations().member()).isEmpty();
        assertThat(config.snapshots()).as("without a bucket").isEmpty();
        assertThat(config.operations().settings()).isEqualTo(OperationSettings.DEFAULTS);
        assertThat(config.memoryBytes())
                .isEqualTo((Runtime.getRuntime().maxMemory() - (64L << 20)) / 2);
    }

    @Test
    void memoryFollowsTheHeapAndCommitsFollowMemory() {
        assertThat(CaptureConfig.memoryOfHeap(128L << 20, false)).isEqualTo(56L << 20);
        assertThat(CaptureConfig.memoryOfHeap(256L << 20, false)).isEqualTo(96L << 20);
        assertThat(CaptureConfig.memoryOfHeap(1L << 30, false)).isEqualTo(480L << 20);
        assertThat(CaptureConfig.memoryOfHeap(256L << 20, true)).isEqualTo(56L << 20);
        assertThat(CaptureConfig.memoryOfHeap(1L << 30, true)).isEqualTo(304L << 20);
        assertThat(CaptureConfig.commitBytes(56L << 20)).isEqualTo(2L << 20);
        assertThat(CaptureConfig.commitBytes(96L << 20)).isEqualTo(3L << 20);
        assertThat(CaptureConfig.commitBytes(4L << 30)).isEqualTo(32L << 20);
    }

    private static CaptureConfig withEveryKey() {
        Map<String, String> values = least();
        values.putAll(ofTheSource());
        values.putAll(ofKafka());
        values.putAll(ofSnapshots());
        values.put("oplog.headroom.percent", "50");
        values.put("oplog.headroom.least", "6h");
        values.put("metrics.host", "0.0.0.0");
        values.put("metrics.port", "9101");
        values.put("metrics.stall.after", "30s");
        values.put("operation.member", "h1:27018");
        values.put("operation.stale.after", "15s");
        values.put("operation.command.age", "2m");
        values.put("operation.abandon.after", "5m");
        return CaptureConfig.of(values);
    }

    private static Map<String, String> ofTheSource() {
        return Map.of(
                "source.timeout", "3s",
                "source.read.tags", "use:backup, dc:east",
                "source.read.max.staleness", "30s",
                "source.read.primary", "false",
                "source.batch.bytes", "2MiB",
                "shards.refresh", "20s",
                "commit.entries", "100",
                "commit.interval", "50ms",
                "gap.patience", "5m",
                "note.interval", "30s");
    }

    private static Map<String, String> ofKafka() {
        Map<String, String> values =
                new TreeMap<>(
                        Map.of(
                                "status.interval", "2s",
                                "kafka.security.protocol", "SSL",
                                "topic.replication.factor", "2",
                                "topic.min.insync.replicas", "1",
                                "topic.retention", "30d",
                                "topic.compression", "zstd",
                                "producer.buffer.bytes", "64MiB",
                                "owner.session.timeout", "20s",
                                "owner.stop.timeout", "4s",
                                "registry.user", "me"));
        values.put("registry.password", "s3cret");
        return values;
    }

    private static Map<String, String> ofSnapshots() {
        Map<String, String> values =
                new TreeMap<>(
                        Map.of(
                                "bucket", "file:/backup",
                                "snapshot.threads", "7",
                                "snapshot.part.bytes", "8MiB",
                                "snapshot.scheduling", "normal",
                                "snapshot.bytes.per.second", "20MiB",
                                "snapshot.memory.bytes", "48MiB",
                                "spill.dir", "/spill",
                                "encryption.keys", "/keys",
                                "compression.level", "9"));
        values.put("snapshot.schedule", "30 1 * * 0");
        values.put("snapshot.least.distance", "2h");
        values.put("retention.days", "14");
        values.put("retention.bases", "3");
        return values;
    }

    @Test
    void everyKeyOfTheSourceCanBeSet() {
        CaptureConfig config = withEveryKey();

        assertThat(config.source().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.source().preferences().tags())
                .isEqualTo(Map.of("use", "backup", "dc", "east"));
        assertThat(config.source().preferences().maxStaleness()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.source().preferences().primaryAllowed()).isFalse();
        assertThat(config.source().cursors().batchBytes()).isEqualTo(2 << 20);
        assertThat(config.tail().commitEntries()).isEqualTo(100);
        assertThat(config.tail().commitInterval()).isEqualTo(Duration.ofMillis(50));
        assertThat(config.tail().gapPatience()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.pace().shardsRefresh()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.pace().noteInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.headroom()).isEqualTo(new HeadroomAlarm.Limits(50, Duration.ofHours(6)));
    }

    @Test
    void everyKeyOfKafkaAndMetricsCanBeSet() {
        CaptureConfig config = withEveryKey();

        assertThat(config.pace().statusInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.topics().client()).containsEntry("security.protocol", "SSL");
        assertThat(config.topics().replicationFactor()).isEqualTo((short) 2);
        assertThat(config.topics().minInsyncReplicas()).isEqualTo(1);
        assertThat(config.topics().retention()).isEqualTo(Duration.ofDays(30));
        assertThat(config.topics().compression()).isEqualTo("zstd");
        assertThat(config.topics().bufferBytes()).isEqualTo(64L << 20);
        assertThat(config.ownership().topicRefresh()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.ownership().sessionTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.ownership().stopTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.registry().credentials()).isInstanceOf(Credentials.Basic.class);
        assertThat(config.metrics())
                .isEqualTo(
                        new MetricsConfig("0.0.0.0", OptionalInt.of(9101), Duration.ofSeconds(30)));
    }

    @Test
    void everyKeyOfOperationsAndSnapshotsCanBeSet() {
        CaptureConfig config = withEveryKey();

        assertThat(config.operations().member()).contains("h1:27018");
        assertThat(config.operations().settings().staleAfter()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.operations().settings().commandAge()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.operations().settings().abandonAfter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.snapshots())
                .contains(
                        new SnapshotConfig(
                                BucketUri.parse("file:/backup"),
                                Optional.of(Path.of("/keys")),
                                9,
                                48L << 20,
                                Path.of("/spill"),
                                new SnapshotSettings(
                                        7, 8L << 20, 32L << 20, 20L << 20, SchedulingPolicy.NORMAL),
                                new SnapshotConfig.Plan(
                                        SnapshotSchedule.parse("30 1 * * 0"),
                                        Duration.ofHours(2),
                                        Optional.of(
                                                new RetentionRule(
                                                        OptionalInt.of(14), OptionalInt.of(3))))));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatThrownBy(
                        () ->
                                CaptureConfig.of(
                                        Map.of(
                                                "source.url", "x",
                                                "commit.interval", "1h",
                                                "topic.compression", "best",
                                                "topic.min.insync.replicas", "5")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster is missing")
                .hasMessageContaining("source.uri is missing")
                .hasMessageContaining("unknown key source.url; did you mean source.uri?")
                .hasMessageContaining("commit.interval must lie in")
                .hasMessageContaining("topic.compression must be")
                .hasMessageContaining("more than topic.replication.factor")
                .hasMessageContaining("kafka.bootstrap.servers is missing");
    }

    @Test
    void snapshotsNeedABucketAndHaveDefaultsThen() {
        Map<String, String> values = least();
        values.put("snapshot.threads", "3");
        assertThatThrownBy(() -> CaptureConfig.of(values))
                .hasMessageContaining("snapshot.threads is set, but bucket isn't");
        values.remove("snapshot.threads");
        values.put("bucket", "file:/backup");
        SnapshotConfig snapshots = CaptureConfig.of(values).snapshots().orElseThrow();
        assertThat(snapshots.settings()).isEqualTo(SnapshotSettings.DEFAULTS);
        assertThat(snapshots.keyRing()).isEmpty();
        assertThat(snapshots.plan())
                .isEqualTo(
                        new SnapshotConfig.Plan(
                                SnapshotSchedule.parse("0 2 * * *"),
                                Duration.ofHours(6),
                                Optional.of(RetentionRule.DEFAULT)));
        assertThat(snapshots.compressionLevel()).isEqualTo(3);
        assertThat(snapshots.memoryBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 8);
    }

    @Test
    void passwordsAreNotShown() {
        Map<String, String> values = least();
        assertThat(CaptureConfig.of(values).toString()).doesNotContain("pa55word");
        values.put("source.uri", "mongo//user:pa55word@host");
        assertThatThrownBy(() -> CaptureConfig.of(values))
                .hasMessageContaining("source.uri")
                .hasMessageNotContaining("pa55word");
    }
}
