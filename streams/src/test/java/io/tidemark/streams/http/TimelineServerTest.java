package io.tidemark.streams.http;

import static io.tidemark.streams.http.ExampleTimeline.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.util.JavalinBindException;
import io.micrometer.core.instrument.Gauge;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.answer.ExplainAnswer;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.window.Policy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer that a test asks for is held against openapi.yaml. */
class TimelineServerTest {
    private static final HttpConfig LOCAL =
            new HttpConfig("127.0.0.1", 0, Duration.ofMinutes(1), Optional.of("s3://backups/shop"));
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Contract CONTRACT = new Contract();
    private static TimelineView example;

    private Optional<TimelineView> view = Optional.of(example);
    private Instant now = NOW;
    private TimelineServer server;

    @BeforeAll
    static void aClusterLived() {
        example = ExampleTimeline.view();
    }

    @BeforeEach
    void start() {
        Clock clock =
                new Clock() {
                    @Override
                    public ZoneOffset getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(java.time.ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return now;
                    }
                };
        server = TimelineServer.start(() -> view, LOCAL, clock);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exact", "strict"})
    void windowsAreThoseOfTheTimeline(String policy) {
        WindowsAnswer told = WindowsAnswer.of(example.windows(Policy.of(policy)));

        assertThat(body("/api/windows?limit=5000&policy=" + policy)).isEqualTo(text(told.bytes()));
        assertThat(told.unsafe()).isNotEmpty();
        assertThat(told.gaps()).isNotEmpty();
    }

    @Test
    void exactIsThePolicyIfNoneIsNamed() {
        assertThat(body("/api/windows")).isEqualTo(body("/api/windows?policy=exact"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 5000})
    void pagesOfWindowsTogetherAreTheWhole(int limit) {
        WindowsAnswer whole = WindowsAnswer.of(example.windows(Policy.STRICT));
        ObjectNode all = (ObjectNode) json("/api/windows?policy=strict&limit=" + limit);
        JsonNode next = all.get("next");
        while (!next.isNull()) {
            JsonNode page =
                    json("/api/windows?policy=strict&limit=" + limit + "&after=" + next.asText());
            int size = 0;
            for (String list : List.of("windows", "unsafe", "gaps")) {
                size += page.get(list).size();
                all.withArray(list).addAll((ArrayNode) page.get(list));
            }
            assertThat(size).isBetween(1, limit);
            next = page.get("next");
        }
        assertThat(all.putNull("next").toString()).isEqualTo(text(whole.bytes()));
    }

    @Test
    void howeverManyIntervalsThereAreAnAnswerIsBounded() {
        view = Optional.of(ManyIntervals.view(10_000, NOW));

        JsonNode page = json("/api/windows");

        assertThat(page.get("windows").size() + page.get("unsafe").size()).isEqualTo(1000);
        assertThat(page.get("next").isTextual()).isTrue();
    }

    @Test
    void windowsOfASpanTouchIt() {
        JsonNode found = json("/api/windows?from=2026-11-19T08:12:00Z&to=2026-11-19T08:12:39Z");

        assertThat(found.get("unsafe")).hasSize(1);
        assertThat(found.at("/unsafe/0/ns").asText()).isEqualTo("shop.carts_2025");
        assertThat(found.get("gaps")).isEmpty();
    }

    @Test
    void anUnsafeTimeIsExplained() {
        JsonNode why = json("/api/explain?at=2026-11-19T08:12:20Z");

        assertThat(why.get("safe").asBoolean()).isFalse();
        assertThat(why.at("/reasons/0/kind").asText()).isEqualTo("dropCollection");
        assertThat(why.get("beforeUtc").asText()).isEqualTo("2026-11-19T08:12:00Z");
        assertThat(why.get("afterUtc").asText()).isEqualTo("2026-11-19T08:12:40Z");
    }

    @Test
    void theExplanationIsTheTimelinesOwn() {
        String exactly = ExampleTimeline.at(19, 30, 0).toString();
        ExplainAnswer told =
                ExplainAnswer.of(
                        example.windows(Policy.STRICT).explain(ExampleTimeline.at(19, 30, 0)),
                        Policy.STRICT);

        assertThat(body("/api/explain?policy=strict&at=" + exactly)).isEqualTo(text(told.bytes()));
        assertThat(told.reasons()).extracting("kind").contains("gap");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/explain?at=2026-11-19T00:00:05Z",
                "/api/explain?at=2030-01-01T00:00:00Z",
                "/api/explain?at=0:0",
                "/api/explain?at=4294967295:4294967295",
                "/api/explain?at=2026-11-19T21:00:00Z&policy=strict",
                "/api/windows?from=2030-01-01T00:00:00Z",
                "/api/events?kind=prepared",
                "/api/events?kind=reshard&from=2026-11-19T13:00:00Z",
                "/api/events?ns=nowhere",
                "/api/events?limit=1000",
                "/api/shards",
                "/api/cluster",
                "/healthz",
                "/metrics",
                "/openapi.yaml",
                "/"
            })
    void everyAnswerIsAsDescribed(String path) {
        assertThat(get(path).statusCode()).isEqualTo(200);
    }

    @Test
    void anOffsetNeedsNoEncoding() {
        assertThat(json("/api/explain?at=2026-11-19T09:12:20+01:00").get("atUtc").asText())
                .isEqualTo("2026-11-19T08:12:20Z");
        assertThat(json("/api/explain?at=2026-11-19T09:12:20%2B01:00").get("atUtc").asText())
                .isEqualTo("2026-11-19T08:12:20Z");
    }

    @Test
    void pagesOfEventsHoldEachOnce() {
        List<String> seen = new ArrayList<>();
        JsonNode page = json("/api/events?kind=moveChunk&limit=100");
        int total = page.get("total").asInt();
        while (true) {
            page.get("events").forEach(event -> seen.add(event.get("id").asText()));
            if (page.get("next").isNull()) {
                break;
            }
            String next = URLEncoder.encode(page.get("next").asText(), StandardCharsets.UTF_8);
            page = json("/api/events?kind=moveChunk&limit=100&after=" + next);
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(total);
        assertThat(total).isGreaterThan(500);
    }

    @Test
    void eventsAreFoundByNamespaceAndKind() {
        JsonNode found = json("/api/events?ns=staging&kind=DROP");

        assertThat(found.get("total").asInt()).isEqualTo(1);
        assertThat(found.at("/events/0/kind").asText()).isEqualTo("dropDatabase");
    }

    @Test
    void shardsNameWhoHoldsTheWatermarkBack() {
        JsonNode shards = json("/api/shards");

        assertThat(shards.at("/archived/heldBackBy/0").asText()).isEqualTo("rs2");
        assertThat(shards.at("/shards/0/shard").asText()).isEqualTo("config");
        JsonNode slow = shards.get("shards").get(3);
        assertThat(slow.get("holdsBackArchived").asBoolean()).isTrue();
        assertThat(slow.get("archivedLagSeconds").asLong()).isEqualTo(540);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/explain?at=yesterday, at, yesterday, ISO-8601",
        "/api/explain?at=1700000000, at, 1700000000, seconds:increment",
        "/api/explain?at=4294967296:0, at, 4294967296:0, seconds:increment",
        "/api/explain, at, '', ISO-8601",
        "/api/explain?at=, at, '', value",
        "/api/explain?at=5:1&at=6:1, at, '5:1,6:1', one value",
        "/api/explain?at=5:1&policy=loose, policy, loose, strict",
        "/api/windows?policy=, policy, '', value",
        "/api/windows?polcy=exact, polcy, exact, policy",
        "/api/windows?from=x, from, x, ISO-8601",
        "/api/windows?from=9:1&to=8:1, to, 8:1, not before",
        "/api/windows?limit=0, limit, 0, 1 to 5000",
        "/api/windows?limit=5001, limit, 5001, 1 to 5000",
        "/api/windows?limit=ten, limit, ten, whole number",
        "/api/windows?after=page2, after, page2, next",
        "/api/windows?after=9:1/0, after, 9:1/0, next",
        "/api/events?kind=truncate, kind, truncate, dropCollection",
        "/api/events?limit=0, limit, 0, 1 to 1000",
        "/api/events?limit=1001, limit, 1001, 1 to 1000",
        "/api/events?limit=ten, limit, ten, whole number",
        "/api/events?limit=99999999999, limit, 99999999999, whole number",
        "/api/events?after=page2, after, page2, next",
        "/api/shards?x=1, x, 1, no parameter",
        "/api/cluster?x=1, x, 1, no parameter",
        "/healthz?x=1, x, 1, no parameter"
    })
    void aBadParameterIsAnsweredWithWhatIsAllowed(
            String path, String parameter, String value, String allowed) {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = Contract.json(answer.body()).get("error");
        assertThat(error.get("parameter").asText()).isEqualTo(parameter);
        assertThat(error.get("value").asText()).isEqualTo(value);
        assertThat(error.get("allowed").asText()).contains(allowed);
        assertThat(error.get("message").asText()).contains(parameter).contains(allowed);
    }

    @Test
    void anEnormousParameterIsNotRepeatedWhole() {
        HttpResponse<String> answer = get("/api/explain?at=" + "9".repeat(4000));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body().length()).isLessThan(1500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/nothing", "/page/../openapi.yaml", "/page/", "/favicon.ico", "/api"})
    void anUnknownPathIsNotFound(String path) {
        HttpResponse<String> answer = raw("GET", path);

        assertThat(answer.statusCode()).isIn(400, 404);
        assertThat(answer.body()).doesNotContain("openapi: 3");
    }

    @Test
    void anUnknownPathIsNamed() {
        HttpResponse<String> answer = raw("GET", "/api/nothing");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Contract.json(answer.body()).at("/error/message").asText())
                .contains("/api/nothing")
                .contains("/openapi.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void nothingCanBeChanged(String method) {
        HttpResponse<String> answer = raw(method, "/api/windows");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(Contract.json(answer.body()).at("/error/message").asText())
                .contains("read-only");
    }

    @Test
    void headHasNoBody() {
        HttpResponse<String> answer = raw("HEAD", "/api/windows");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/windows", "/api/explain?at=5:1", "/api/events", "/", "/openapi.yaml"})
    void whatHasNotChangedIsNotSentAgain(String path) throws Exception {
        HttpResponse<String> first = get(path);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");

        HttpResponse<String> again =
                CLIENT.send(
                        request(path).header("If-None-Match", tag).build(),
                        HttpResponse.BodyHandlers.ofString());
        CONTRACT.holds(again);
        assertThat(again.statusCode()).isEqualTo(304);

        view = Optional.of(ManyIntervals.view(3, NOW));
        if (path.startsWith("/api/windows") || path.startsWith("/api/events")) {
            assertThat(get(path).headers().firstValue("ETag")).isPresent().get().isNotEqualTo(tag);
        }
    }

    @Test
    void whileLoadingEverythingSaysSo() {
        view = Optional.empty();

        for (String path :
                List.of(
                        "/api/windows",
                        "/api/explain?at=5:1",
                        "/api/events",
                        "/api/shards",
                        "/api/cluster")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        }
        HttpResponse<String> health = get("/healthz");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(Contract.json(health.body()).get("status").asText()).isEqualTo("loading");
        assertThat(body("/metrics")).contains("tidemark_view_age_seconds NaN");
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void aStuckReaderIsUnhealthyAndItsAnswersStay() {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        now = NOW.plusSeconds(61);

        HttpResponse<String> health = get("/healthz");
        assertThat(health.statusCode()).isEqualTo(503);
        JsonNode json = Contract.json(health.body());
        assertThat(json.get("status").asText()).isEqualTo("stale");
        assertThat(json.get("message").asText()).contains("61 s ago").contains("Kafka");
        assertThat(get("/api/windows").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsTellLagsSharesAndOpenOperations() {
        String metrics = body("/metrics");

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
                        () -> view,
                        LOCAL,
                        registry -> Gauge.builder("streams.threads", () -> 2).register(registry))) {
            assertThat(send("GET", other.uri().resolve("/metrics")).body())
                    .contains("streams_threads 2.0");
        }
    }

    @Test
    void thePageRunsNothingFromElsewhereOrInline() {
        HttpResponse<String> page = get("/");

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
                java.util.regex.Pattern.compile("(?:href|src)=\"([^\"#]+)\"").matcher(body("/"));
        int files = 0;
        while (names.find()) {
            assertThat(raw("GET", "/" + names.group(1)).statusCode())
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
            int port = server.uri().getPort();
            assertThatThrownBy(() -> new Socket(own, port).close()).isInstanceOf(IOException.class);
        }
        assertThat(server.uri().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void anAddressInUseIsAnError() {
        HttpConfig taken =
                new HttpConfig(
                        "127.0.0.1",
                        server.uri().getPort(),
                        Duration.ofMinutes(1),
                        Optional.empty());

        assertThatThrownBy(() -> TimelineServer.start(() -> view, taken).close())
                .isInstanceOf(JavalinBindException.class);
    }

    @Test
    void theDescriptionNamesEveryPathAndEveryKind() {
        assertThat(CONTRACT.paths())
                .containsExactlyInAnyOrder(
                        "/",
                        "/api/cluster",
                        "/api/events",
                        "/api/explain",
                        "/api/shards",
                        "/api/windows",
                        "/healthz",
                        "/metrics",
                        "/openapi.yaml");
        for (EventKind kind : EventKind.values()) {
            assertThat(body("/openapi.yaml")).contains(kind.code());
        }
        assertThat(CONTRACT.parameters("/api/events"))
                .extracting(parameter -> parameter.get("name").asText())
                .containsExactlyInAnyOrder("from", "to", "ns", "kind", "limit", "after");
        assertThat(CONTRACT.parameters("/api/windows"))
                .extracting(parameter -> parameter.get("name").asText())
                .containsExactlyInAnyOrder("policy", "from", "to", "limit", "after");
    }

    private JsonNode json(String path) {
        return Contract.json(body(path));
    }

    private String body(String path) {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** An answer that keeps the contract. */
    private HttpResponse<String> get(String path) {
        HttpResponse<String> answer = raw("GET", path);
        CONTRACT.holds(answer);
        return answer;
    }

    private HttpResponse<String> raw(String method, String path) {
        return send(method, URI.create(server.uri().toString().replaceAll("/$", "") + path));
    }

    private static HttpResponse<String> send(String method, URI uri) {
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(uri)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(method + " " + uri + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.uri().resolve(path));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
