package io.tidemark.streams.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.config.ConfigReader;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConfigTest {
    @Test
    void onlyThisMachineReachesItUnlessTold() {
        assertThat(read(Map.of()))
                .isEqualTo(
                        new HttpConfig("127.0.0.1", 8480, Duration.ofMinutes(1), Optional.empty()));
    }

    @Test
    void everyKeyCanBeSet() {
        assertThat(
                        read(
                                Map.of(
                                        "http.listen", "[::]:80",
                                        "http.stale.after", "30s",
                                        "http.bucket", "s3://backups/shop")))
                .isEqualTo(
                        new HttpConfig(
                                "[::]",
                                80,
                                Duration.ofSeconds(30),
                                Optional.of("s3://backups/shop")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8480", ":8480", "localhost", "localhost:65536", "::1:80", "a b:80"})
    void anAddressThatCouldMeanSomethingElseIsRefused(String listen) {
        assertThatThrownBy(() -> read(Map.of("http.listen", listen)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.listen")
                .hasMessageContaining("'" + listen + "'");
    }

    private static HttpConfig read(Map<String, String> values) {
        ConfigReader reader = new ConfigReader(values);
        HttpConfig config = HttpConfig.read(reader);
        reader.finish();
        return config;
    }
}
