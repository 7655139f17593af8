package io.tidemark.streams.http;

import static io.tidemark.streams.http.ExampleTimeline.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.timeline.answer.ExplainAnswer;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.window.Policy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the timeline's questions are answered with, held against openapi.yaml too. */
class TimelineAnswersTest {
    private final ServedTimeline served = new ServedTimeline();

    @AfterEach
    void stop() {
        served.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exact", "strict"})
    void windowsAreThoseOfTheTimeline(String policy) {
        WindowsAnswer told = WindowsAnswer.of(ServedTimeline.EXAMPLE.windows(Policy.of(policy)));

        assertThat(served.body("/api/windows?limit=5000&policy=" + policy))
                .isEqualTo(text(told.bytes()));
        assertThat(told.unsafe()).isNotEmpty();
        assertThat(told.gaps()).isNotEmpty();
    }

    @Test
    void exactIsThePolicyIfNoneIsNamed() {
        assertThat(served.body("/api/windows")).isEqualTo(served.body("/api/windows?policy=exact"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 5000})
    void pagesOfWindowsTogetherAreTheWhole(int limit) {
        WindowsAnswer whole = WindowsAnswer.of(ServedTimeline.EXAMPLE.windows(Policy.STRICT));
        ObjectNode all = (ObjectNode) served.json("/api/windows?policy=strict&limit=" + limit);
        JsonNode next = all.get("next");
        while (!next.isNull()) {
            JsonNode page =
                    served.json(
                            "/api/windows?policy=strict&limit="
                                    + limit
                                    + "&after="
                                    + next.asText());
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
        served.show(Optional.of(ManyIntervals.view(10_000, NOW)));

        JsonNode page = served.json("/api/windows");

        assertThat(page.get("windows").size() + page.get("unsafe").size()).isEqualTo(1000);
        assertThat(page.get("next").isTextual()).isTrue();
    }

    @Test
    void windowsOfASpanTouchIt() {
        JsonNode found =
                served.json("/api/windows?from=2026-11-19T08:12:00Z&to=2026-11-19T08:12:39Z");

        assertThat(found.get("unsafe")).hasSize(1);
        assertThat(found.at("/unsafe/0/ns").asText()).isEqualTo("shop.carts_2025");
        assertThat(found.get("gaps")).isEmpty();
    }

    @Test
    void anUnsafeTimeIsExplained() {
        JsonNode why = served.json("/api/explain?at=2026-11-19T08:12:20Z");

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
                        ServedTimeline.EXAMPLE
                                .windows(Policy.STRICT)
                                .explain(ExampleTimeline.at(19, 30, 0)),
                        Policy.STRICT);

        assertThat(served.body("/api/explain?policy=strict&at=" + exactly))
                .isEqualTo(text(told.bytes()));
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
        assertThat(served.get(path).statusCode()).isEqualTo(200);
    }

    @Test
    void anOffsetNeedsNoEncoding() {
        assertThat(served.json("/api/explain?at=2026-11-19T09:12:20+01:00").get("atUtc").asText())
                .isEqualTo("2026-11-19T08:12:20Z");
        assertThat(served.json("/api/explain?at=2026-11-19T09:12:20%2B01:00").get("atUtc").asText())
                .isEqualTo("2026-11-19T08:12:20Z");
    }

    @Test
    void pagesOfEventsHoldEachOnce() {
        List<String> seen = new ArrayList<>();
        JsonNode page = served.json("/api/events?kind=moveChunk&limit=100");
        int total = page.get("total").asInt();
        while (true) {
            page.get("events").forEach(event -> seen.add(event.get("id").asText()));
            if (page.get("next").isNull()) {
                break;
            }
            String next = URLEncoder.encode(page.get("next").asText(), StandardCharsets.UTF_8);
            page = served.json("/api/events?kind=moveChunk&limit=100&after=" + next);
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(total);
        assertThat(total).isGreaterThan(500);
    }

    @Test
    void eventsAreFoundByNamespaceAndKind() {
        JsonNode found = served.json("/api/events?ns=staging&kind=DROP");

        assertThat(found.get("total").asInt()).isEqualTo(1);
        assertThat(found.at("/events/0/kind").asText()).isEqualTo("dropDatabase");
    }

    @Test
    void shardsNameWhoHoldsTheWatermarkBack() {
        JsonNode shards = served.json("/api/shards");

        assertThat(shards.at("/archived/heldBackBy/0").asText()).isEqualTo("rs2");
        assertThat(shards.at("/shards/0/shard").asText()).isEqualTo("config");
        JsonNode slow = shards.get("shards").get(3);
        assertThat(slow.get("holdsBackArchived").asBoolean()).isTrue();
        assertThat(slow.get("archivedLagSeconds").asLong()).isEqualTo(540);
    }

    @Test
    void theDescriptionNamesEveryPathAndEveryKind() {
        assertThat(ServedTimeline.CONTRACT.paths())
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
            assertThat(served.body("/openapi.yaml")).contains(kind.code());
        }
        assertThat(ServedTimeline.CONTRACT.parameters("/api/events"))
                .extracting(parameter -> parameter.get("name").asText())
                .containsExactlyInAnyOrder("from", "to", "ns", "kind", "limit", "after");
        assertThat(ServedTimeline.CONTRACT.parameters("/api/windows"))
                .extracting(parameter -> parameter.get("name").asText())
                .containsExactlyInAnyOrder("policy", "from", "to", "limit", "after");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
