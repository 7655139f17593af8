package io.tidemark.streams.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked wrongly, or may not be asked: told in the words of openapi.yaml. */
class TimelineRefusalsTest {
    private final ServedTimeline served = new ServedTimeline();

    @AfterEach
    void stop() {
        served.close();
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
        HttpResponse<String> answer = served.get(path);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = Contract.json(answer.body()).get("error");
        assertThat(error.get("parameter").asText()).isEqualTo(parameter);
        assertThat(error.get("value").asText()).isEqualTo(value);
        assertThat(error.get("allowed").asText()).contains(allowed);
        assertThat(error.get("message").asText()).contains(parameter).contains(allowed);
    }

    @Test
    void anEnormousParameterIsNotRepeatedWhole() {
        HttpResponse<String> answer = served.get("/api/explain?at=" + "9".repeat(4000));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body().length()).isLessThan(1500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/nothing", "/page/../openapi.yaml", "/page/", "/favicon.ico", "/api"})
    void anUnknownPathIsNotFound(String path) {
        HttpResponse<String> answer = served.raw("GET", path);

        assertThat(answer.statusCode()).isIn(400, 404);
        assertThat(answer.body()).doesNotContain("openapi: 3");
    }

    @Test
    void anUnknownPathIsNamed() {
        HttpResponse<String> answer = served.raw("GET", "/api/nothing");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Contract.json(answer.body()).at("/error/message").asText())
                .contains("/api/nothing")
                .contains("/openapi.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void nothingCanBeChanged(String method) {
        HttpResponse<String> answer = served.raw(method, "/api/windows");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(Contract.json(answer.body()).at("/error/message").asText())
                .contains("read-only");
    }

    @Test
    void headHasNoBody() {
        HttpResponse<String> answer = served.raw("HEAD", "/api/windows");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }
}
