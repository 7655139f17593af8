package io.tidemark.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigReaderTest {
    @Test
    void readsEveryKindOfValue() {
        ConfigReader reader =
                new ConfigReader(
                        Map.of(
                                "cluster", " shop ",
                                "slice.max.bytes", "32MiB",
                                "slice.max.time", "30s",
                                "threads", "4",
                                "dry.run", "true",
                                "kafka.client.id", "x"));

        assertThat(reader.text("cluster")).isEqualTo("shop");
        assertThat(reader.bytes("slice.max.bytes", 1, 1, Long.MAX_VALUE)).isEqualTo(33_554_432);
        assertThat(reader.duration("slice.max.time", Duration.ZERO, Duration.ZERO, MAX_TIME))
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(reader.number("threads", 1, 1, 64)).isEqualTo(4);
        assertThat(reader.flag("dry.run", false)).isTrue();
        assertThat(reader.under("kafka.")).isEqualTo(Map.of("client.id", "x"));
        reader.finish();
    }

    private static final Duration MAX_TIME = Duration.ofDays(1);

    @Test
    void tellsAllProblemsAtOnceAndTheNearestKey() {
        ConfigReader reader =
                new ConfigReader(Map.of("slice.max.byte", "1", "threads", "99", "time", "soon"));
        reader.text("cluster");
        reader.bytes("slice.max.bytes", 1, 1, 100);
        reader.number("threads", 1, 1, 64);
        reader.duration("time", MAX_TIME, Duration.ZERO, MAX_TIME);

        assertThatThrownBy(reader::finish)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster is missing")
                .hasMessageContaining("unknown key slice.max.byte; did you mean slice.max.bytes?")
                .hasMessageContaining("threads must lie in 1 to 64 but is 99")
                .hasMessageContaining("time must be a time like 30s or 500ms but is 'soon'");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1KiB,1024", "2 GiB,2147483648", "-1,7", "1MB,7", "99999999999GiB,7"})
    void readsSizesAndNotesWhatIsNone(String text, long expected) {
        ConfigReader reader = new ConfigReader(Map.of("size", text));

        assertThat(reader.bytes("size", 7, 1, Long.MAX_VALUE)).isEqualTo(expected);

        if (expected == 7) {
            assertThatThrownBy(reader::finish).hasMessageContaining("size in bytes");
        } else {
            reader.finish();
        }
    }

    @Test
    void takesSettingsFromTheEnvironment() {
        Map<String, String> env = Map.of("TIDEMARK_SLICE_MAX_BYTES", "5", "HOME", "/root");

        assertThat(ConfigValues.fromEnvironment(env, "TIDEMARK_"))
                .isEqualTo(Map.of("slice.max.bytes", "5"));
    }

    @Test
    void neverShowsASecret() {
        ConfigReader reader = new ConfigReader(Map.of("password", "hunter2"));

        assertThat(reader.optionalSecret("password").orElseThrow().toString())
                .doesNotContain("hunter2");
    }
}
