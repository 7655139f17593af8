package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.metrics.MetricsConfig;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.sink.slice.RollRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SinkConfigTest {
    private static final long MIB = 1024 * 1024;

    @Test
    void hasTheseDefaults() {
        SinkConfig config = SinkConfig.of(required());

        assertThat(config.cluster()).isEqualTo(new ClusterName("shop"));
        assertThat(config.roll()).isEqualTo(new RollRule(32 * MIB, Duration.ofSeconds(30)));
        assertThat(config.idle()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.memoryBytes()).isEqualTo(64 * MIB);
        assertThat(config.spillFolder()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
        assertThat(config.threads()).isGreaterThanOrEqualTo(2);
        assertThat(config.puts()).isEqualTo(4);
        assertThat(config.compressionLevel()).isEqualTo(3);
        assertThat(config.keyRing()).isEmpty();
        assertThat(config.timeline())
                .isEqualTo(new SinkConfig.Timeline(Duration.ofMinutes(1), 32 * MIB));
        assertThat(config.metrics()).isEqualTo(MetricsConfig.OFF);
        assertThat(config.stop()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void readsEveryKey() {
        Map<String, String> values = required();
        values.put("kafka.security.protocol", "SSL");
        values.put("slice.max.bytes", "8MiB");
        values.put("slice.max.time", "10s");
        values.put("slice.max.idle", "5s");
        values.put("memory.bytes", "128MiB");
        values.put("spill.dir", "/spill");
        values.put("threads", "3");
        values.put("puts", "9");
        values.put("compression.level", "7");
        values.put("encryption.keys", "/keys");
        values.put("timeline.interval", "5s");
        values.put("timeline.memory.bytes", "2MiB");
        values.put("metrics.port", "9102");
        values.put("stop.timeout", "1m");

        SinkConfig config = SinkConfig.of(values);

        assertThat(config.kafka())
                .isEqualTo(Map.of("bootstrap.servers", "b:9092", "security.protocol", "SSL"));
        assertThat(config.roll()).isEqualTo(new RollRule(8 * MIB, Duration.ofSeconds(10)));
        assertThat(config.idle()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.memoryBytes()).isEqualTo(128 * MIB);
        assertThat(config.spillFolder()).isEqualTo(Path.of("/spill"));
        assertThat(config.threads()).isEqualTo(3);
        assertThat(config.puts()).isEqualTo(9);
        assertThat(config.compressionLevel()).isEqualTo(7);
        assertThat(config.keyRing()).contains(Path.of("/keys"));
        assertThat(config.timeline())
                .isEqualTo(new SinkConfig.Timeline(Duration.ofSeconds(5), 2 * MIB));
        assertThat(config.metrics().port()).hasValue(9102);
        assertThat(config.stop()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        assertThatThrownBy(
                        () -> SinkConfig.of(Map.of("bucket", "ftp://x", "slice.max.byte", "1MiB")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster is missing")
                .hasMessageContaining("bucket: 'ftp://x' names no bucket")
                .hasMessageContaining("registry.urls is missing")
                .hasMessageContaining("kafka.bootstrap.servers is missing")
                .hasMessageContaining("did you mean slice.max.bytes?");
    }

    @Test
    void neverShowsWhatMayBeASecret() {
        Map<String, String> values = required();
        values.put("kafka.sasl.jaas.config", "password=hunter2");

        assertThat(SinkConfig.of(values).toString())
                .contains("sasl.jaas.config")
                .doesNotContain("hunter2");
    }

    private static Map<String, String> required() {
        Map<String, String> values = new HashMap<>();
        values.put("cluster", "shop");
        values.put("bucket", "file:/archive");
        values.put("registry.urls", "http://r:8081");
        values.put("kafka.bootstrap.servers", "b:9092");
        return values;
    }
}
