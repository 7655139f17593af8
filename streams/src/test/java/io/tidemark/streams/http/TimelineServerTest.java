package io.tidemark.streams.http;

import static io.tidemark.streams.http.ExampleTimeline.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.util.JavalinBindException;
import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer that a test asks for is held against openapi.yaml. */
class TimelineServerTest {
    private final ServedTimeline served = new ServedTimeline();

    @AfterEach
    void stop() {
        served.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/windows", "/api/explain?at=5:1", "/api/events", "/", "/openapi.yaml"})
    void whatHasNotChangedIsNotSentAgain(String path) throws Exception {
        HttpResponse<String> first = served.get(path);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");

        HttpResponse<String> again = served.get(path, "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);

        served.show(Optional.of(ManyIntervals.view(3, NOW)));
        if (path.startsWith("/api/windows") || path.startsWith("/api/events")) {
            assertThat(served.get(path).headers().firstValue("ETag"))
                    .isPresent()
                    .get()
                    .isNotEqualTo(tag);
        }
    }

    @Test
    void whileLoadingEverythingSaysSo() {
        served.show(Optional.empty());

        for (String path :
                List.of(
                        "/api/windows",
                        "/api/explain?at=5:1",
                        "/api/events",
                        "/api/shards",
                        "/api/cluster")) {
            HttpResponse<String> answer = served.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        }
        HttpResponse<String> health = served.get("/healthz");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(Contract.json(health.body()).get("status").asText()).isEqualTo("loading");
        assertThat(served.body("/metrics")).contains("tidemark_view_age_seconds NaN");
        assertThat(served.get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void aStuckReaderIsUnhealthyAndItsAnswersStay() {
        assertThat(served.get("/healthz").statusCode()).isEqualTo(200);
        served.moveTo(NOW.plusSeconds(61));

        HttpResponse<String> health = served.get("/healthz");
        assertThat(health.statusCode()).isEqualTo(503);
        JsonNode json = Contract.json(health.body());
        assertThat(json.get("status").asText()).isEqualTo("stale");
        assertThat(json.get("message").asText()).contains("61 s ago").contains("Kafka");
        assertThat(served.get("/api/windows").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsTellLagsSharesAndOpenOperations() {
        String metrics = served.body("/metrics");

        assertThat(metrics)
                .contains("tidemark_watermark_lag_seconds{stage=\"captured\"} 180.0")
                .contains("tidemark_watermark_lag_seconds{stage=\"archived\"} 540.0")
                .contains(
                        "tidemark_shard_lag_seconds{replica_set=\"rs2\",shard=\"shard2\",stage=\"archived\"}"
                            + " 540.0")
                .contains("tidemark_open_operations 1.0")
                .contains("tidemark_view_age_seconds 0.0")
                .contains("jvm_memory_used_bytes")
                .containsPattern("tidemark_restorable_share\\{policy=\"exact\"} 0\\.9")
                .containsPattern("tidemark_restorable_share\\{policy=\"strict\"} 0\\.[1-6]");
    }

    @Test
    void furtherMetersAreScrapedToo() {
        try (TimelineServer other =
                TimelineServer.start(
                        () -> Optional.of(ServedTimeline.EXAMPLE),
                        ServedTimeline.LOCAL,
                        registry -> Gauge.builder("streams.threads", () -> 2).register(registry))) {
            assertThat(ServedTimeline.send("GET", other.uri().resolve("/metrics")).body())
                    .contains("streams_threads 2.0");
        }
    }

    @Test
    void thePageRunsNothingFromElsewhereOrInline() {
        HttpResponse<String> page = served.get("/");

        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .doesNotContain("unsafe")
                .doesNotContain("*");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
        assertThat(page.body()).doesNotContain("onclick").doesNotContain("style=");
    }

    @Test
    void everyFileThatThePageNamesIsThere() {
        var names =
                java.util.regex.Pattern.compile("(?:href|src)=\"([^\"#]+)\"")
                        .matcher(served.body("/"));
        int files = 0;
        while (names.find()) {
            assertThat(served.raw("GET", "/" + names.group(1)).statusCode())
                    .as(names.group(1))
                    .isEqualTo(200);
            files++;
        }
        assertThat(files).isGreaterThanOrEqualTo(3);
    }

    @Test
    void itListensWhereItWasToldOnly() throws IOException {
        InetAddress own = InetAddress.getLocalHost();
        if (!own.isLoopbackAddress()) {
            int port = served.uri().getPort();
            assertThatThrownBy(() -> new Socket(own, port).close()).isInstanceOf(IOException.class);
        }
        assertThat(served.uri().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void anAddressInUseIsAnError() {
        HttpConfig taken =
                new HttpConfig(
                        "127.0.0.1",
                        served.uri().getPort(),
                        Duration.ofMinutes(1),
                        Optional.empty());

        assertThatThrownBy(
                        () ->
                                TimelineServer.start(
                                                () -> Optional.of(ServedTimeline.EXAMPLE), taken)
                                        .close())
                .isInstanceOf(JavalinBindException.class);
    }
}
