package io.tidemark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.config.ConfigReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final MetricsConfig ANY_PORT =
            new MetricsConfig("127.0.0.1", OptionalInt.of(0), Duration.ofMinutes(2));
    private volatile Health health = new Health("all is well", List.of());

    @Test
    void servesMetersAndHealth() throws Exception {
        try (ServiceMeters meters = new ServiceMeters();
                MetricsServer server = MetricsServer.start(ANY_PORT, meters, () -> health)) {
            meters.registry().counter("tidemark.test.things").increment(3);
            URI uri = server.uri().orElseThrow();

            HttpResponse<String> metrics = get(uri.resolve("metrics"));
            assertThat(metrics.body()).contains("tidemark_test_things_total 3.0");
            assertThat(metrics.headers().firstValue("Content-Type"))
                    .contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(get(uri.resolve("healthz")).statusCode()).isEqualTo(200);
            assertThat(get(uri.resolve("healthz")).body())
                    .isEqualTo("{\"status\":\"ok\",\"message\":\"all is well\",\"problems\":[]}");

            health = new Health("", List.of(new Health.Problem("rs0", "it stands")));
            assertThat(get(uri.resolve("healthz")).statusCode()).isEqualTo(503);
            assertThat(get(uri.resolve("healthz")).body())
                    .isEqualTo(
                            "{\"status\":\"failing\",\"message\":\"rs0: it stands\",\"problems\":"
                                    + "[{\"part\":\"rs0\",\"message\":\"it stands\"}]}");
            assertThat(get(uri.resolve("else")).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void withoutAPortNothingIsServed() {
        try (ServiceMeters meters = new ServiceMeters();
                MetricsServer server =
                        MetricsServer.start(MetricsConfig.OFF, meters, () -> health)) {
            assertThat(server.uri()).isEmpty();
        }
    }

    @Test
    void aTakenPortIsToldAsASettingToChange() {
        try (ServiceMeters meters = new ServiceMeters();
                MetricsServer first = MetricsServer.start(ANY_PORT, meters, () -> health)) {
            int taken = first.uri().orElseThrow().getPort();
            MetricsConfig same =
                    new MetricsConfig("127.0.0.1", OptionalInt.of(taken), Duration.ofMinutes(2));
            assertThatThrownBy(() -> MetricsServer.start(same, meters, () -> health))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("metrics.port: 127.0.0.1:" + taken);
        }
    }

    @Test
    void settingsAreRead() {
        assertThat(MetricsConfig.read(new ConfigReader(Map.of()))).isEqualTo(MetricsConfig.OFF);
        ConfigReader all =
                new ConfigReader(
                        Map.of(
                                "metrics.host", "0.0.0.0",
                                "metrics.port", "9100",
                                "metrics.stall.after", "30s"));
        assertThat(MetricsConfig.read(all))
                .isEqualTo(
                        new MetricsConfig("0.0.0.0", OptionalInt.of(9100), Duration.ofSeconds(30)));
        all.finish();
        ConfigReader wrong = new ConfigReader(Map.of("metrics.port", "70000"));
        MetricsConfig.read(wrong);
        assertThatThrownBy(wrong::finish).hasMessageContaining("metrics.port must lie in 0 to");
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
