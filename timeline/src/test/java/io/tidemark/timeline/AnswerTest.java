package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.answer.Answer;
import io.tidemark.timeline.answer.EventPlace;
import io.tidemark.timeline.answer.EventsAnswer;
import io.tidemark.timeline.answer.ExplainAnswer;
import io.tidemark.timeline.answer.ShardsAnswer;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.answer.WindowsPlace;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import io.tidemark.timeline.wire.WindowsContent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JSON that is a contract, letter by letter. */
class AnswerTest {
    private final TimelineFold fold =
            TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));

    /** A drop from 20 to 30; rs1 has lost (50, 60] and has a base again from 70 on. */
    @BeforeEach
    void aClusterLives() {
        fold.started(CFG, ClusterTime.ZERO);
        fold.started(RS0, ClusterTime.ZERO);
        fold.started(RS1, ClusterTime.ZERO);
        fold.gap(RS1, new Gap(t(50), t(60), "rolled over"));
        fold.base(new Base("b1", RS1, t(65), t(70)));
        Entries entries =
                new Entries()
                        .quiet(10)
                        .log(20, "dropCollection.start", "shop.orders", "{}")
                        .log(30, "dropCollection", "shop.orders", "{}")
                        .quiet(90)
                        .noop(RS0, 100)
                        .noop(CFG, 100);
        entries.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        fold.archived(CFG, t(100));
        fold.archived(RS0, t(80));
        fold.archived(RS1, t(90));
    }

    @Test
    void windowsSayWhatIsSafeAndWhyTheRestIsNot() {
        assertThat(told(WindowsAnswer.of(fold.windows(Policy.EXACT))))
                .isEqualTo(
                        json(
                                """
                                {"policy": "exact",
                                 "watermark": "80:1", "watermarkUtc": "1970-01-01T00:01:20Z",
                                 "heldBackBy": ["rs0"],
                                 "earliest": "10:1", "earliestUtc": "1970-01-01T00:00:10Z",
                                 "restorableShare": 0.571428571433323,
                                 "windows": [
                                  {"from": "10:1", "fromUtc": "1970-01-01T00:00:10Z",
                                   "to": "20:0", "toUtc": "1970-01-01T00:00:20Z"},
                                  {"from": "30:1", "fromUtc": "1970-01-01T00:00:30Z",
                                   "to": "50:1", "toUtc": "1970-01-01T00:00:50Z"},
                                  {"from": "70:1", "fromUtc": "1970-01-01T00:01:10Z",
                                   "to": "80:1", "toUtc": "1970-01-01T00:01:20Z"}],
                                 "unsafe": [%s,
                                  {"from": "50:2", "fromUtc": "1970-01-01T00:00:50Z",
                                   "to": "70:0", "toUtc": "1970-01-01T00:01:10Z",
                                   "kind": "gap", "event": "", "ns": "", "shards": ["rs1"],
                                   "reason": "(50:1, 60:1] of rs1's oplog is missing (rolled over); a later base makes later times safe",
                                   "evidence": []}],
                                 "gaps": [%s],
                                 "next": null}
                                """
                                        .formatted(DROP, GAP)));
    }

    private static final String DROP =
            """
            {"from": "20:1", "fromUtc": "1970-01-01T00:00:20Z",
             "to": "30:0", "toUtc": "1970-01-01T00:00:30Z",
             "kind": "dropCollection", "event": "dropCollection-20.1-cfg",
             "ns": "shop.orders", "shards": [],
             "reason": "dropCollection of shop.orders was under way from 20:1 to 30:1; shards and config servers may disagree on it",
             "evidence": [
              {"at": "20:1", "atUtc": "1970-01-01T00:00:20Z",
               "replicaSet": "cfg", "what": "dropCollection.start"},
              {"at": "30:1", "atUtc": "1970-01-01T00:00:30Z",
               "replicaSet": "cfg", "what": "dropCollection"}]}\
            """;

    private static final String GAP =
            """
            {"replicaSet": "rs1", "kind": "gap",
             "after": "50:1", "afterUtc": "1970-01-01T00:00:50Z",
             "through": "60:1", "throughUtc": "1970-01-01T00:01:00Z",
             "reason": "rolled over"}\
            """;

    @Test
    void windowsOfASpanAreThoseThatTouchIt() {
        RestoreWindow span = new RestoreWindow(t(15), t(30).previous());
        WindowsAnswer answer = WindowsAnswer.between(fold.windows(Policy.EXACT), span);

        assertThat(answer.windows()).extracting("to").containsExactly(t(20).previous());
        assertThat(answer.unsafe()).extracting("kind").containsExactly("dropCollection");
        assertThat(answer.gaps()).isEmpty();
        assertThat(answer.watermark()).isEqualTo(t(80));
    }

    @Test
    void pagesOfEverySizeTogetherAreTheWhole() {
        RestoreWindow always = new RestoreWindow(ClusterTime.ZERO, ClusterTime.MAX);
        WindowsAnswer whole = WindowsAnswer.of(fold.windows(Policy.EXACT));
        for (int limit = 1; limit <= 7; limit++) {
            List<Object> windows = new ArrayList<>();
            List<Object> unsafe = new ArrayList<>();
            List<Object> gaps = new ArrayList<>();
            Optional<WindowsPlace> after = Optional.empty();
            do {
                WindowsAnswer page =
                        WindowsAnswer.page(fold.windows(Policy.EXACT), always, after, limit);
                int size = page.windows().size() + page.unsafe().size() + page.gaps().size();
                assertThat(size).isBetween(1, limit);
                windows.addAll(page.windows());
                unsafe.addAll(page.unsafe());
                gaps.addAll(page.gaps());
                after = page.next().flatMap(WindowsPlace::parse);
                assertThat(after.isPresent()).isEqualTo(page.next().isPresent());
            } while (after.isPresent());
            assertThat(windows).isEqualTo(whole.windows());
            assertThat(unsafe).isEqualTo(whole.unsafe());
            assertThat(gaps).isEqualTo(whole.gaps());
        }
    }

    @Test
    void whatBeginsAtOnceIsToldOnceThoughAPageEndsInBetween() {
        List<UnsafeInterval> together = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            together.add(interval("drop-" + i, t(30 + i)));
        }
        RestoreWindow always = new RestoreWindow(ClusterTime.ZERO, ClusterTime.MAX);
        WindowsAnswer first = WindowsAnswer.page(refused(together), always, Optional.empty(), 2);
        // The first grows meanwhile, so that it ends last.
        together.set(0, interval("drop-0", t(99)));
        WindowsAnswer rest =
                WindowsAnswer.page(
                        refused(together), always, first.next().flatMap(WindowsPlace::parse), 9);

        assertThat(first.unsafe()).extracting("event").containsExactly("drop-0", "drop-1");
        assertThat(rest.unsafe()).extracting("event").containsExactly("drop-2", "drop-3", "drop-4");
        for (String no : List.of("", "x", "10:1", "10:1/", "10:1/0", "10:1/-1", "10:1/a", "/1")) {
            assertThat(WindowsPlace.parse(no)).as(no).isEmpty();
        }
    }

    private static UnsafeInterval interval(String event, ClusterTime to) {
        return new UnsafeInterval(
                t(20), to, "dropCollection", event, "a.b", List.of(), "dropped", List.of());
    }

    private static RestoreWindows refused(List<UnsafeInterval> unsafe) {
        return new RestoreWindows(
                Policy.EXACT,
                t(100),
                List.of(),
                Optional.of(t(10)),
                List.of(),
                unsafe.stream().sorted().toList(),
                List.of(),
                0);
    }

    @Test
    void anExplanationNamesReasonsAndTheNearestSafeTimes() {
        assertThat(told(ExplainAnswer.of(fold.explain(t(25), Policy.EXACT), Policy.EXACT)))
                .isEqualTo(
                        json(
                                """
                                {"at": "25:1", "atUtc": "1970-01-01T00:00:25Z",
                                 "policy": "exact", "safe": false, "reasons": [%s],
                                 "before": "20:0", "beforeUtc": "1970-01-01T00:00:20Z",
                                 "after": "30:1", "afterUtc": "1970-01-01T00:00:30Z"}
                                """
                                        .formatted(DROP)));
    }

    @Test
    void whatIsNotThereIsNull() {
        ObjectNode answer =
                ExplainAnswer.of(fold.explain(t(500), Policy.STRICT), Policy.STRICT).json();

        assertThat(answer.get("after").isNull()).isTrue();
        assertThat(answer.get("afterUtc").isNull()).isTrue();
        assertThat(answer.get("before").asText()).isEqualTo("80:1");
    }

    @Test
    void anEventShowsItsStepsAndItsOutcome() {
        assertThat(told(EventsAnswer.of(fold.events())))
                .isEqualTo(
                        json(
                                """
                                {"events": [
                                  {"id": "dropCollection-20.1-cfg", "kind": "dropCollection",
                                   "what": "dropCollection", "ns": "shop.orders", "target": "",
                                   "shards": [],
                                   "from": "20:1", "fromUtc": "1970-01-01T00:00:20Z",
                                   "through": "30:1", "throughUtc": "1970-01-01T00:00:30Z",
                                   "criticalFrom": "20:1", "startSeen": true,
                                   "outcome": "completed", "chunks": [], "chunkCount": 0,
                                   "evidence": [
                                    {"at": "20:1", "atUtc": "1970-01-01T00:00:20Z",
                                     "replicaSet": "cfg", "what": "dropCollection.start"},
                                    {"at": "30:1", "atUtc": "1970-01-01T00:00:30Z",
                                     "replicaSet": "cfg", "what": "dropCollection"}]}],
                                 "total": 1, "next": null}
                                """));
    }

    @Test
    void pagesOfEventsHoldEachOnceWhateverTheirSize() {
        TimelineFold busy = TimelineFold.of(CFG, List.of());
        Entries entries = new Entries();
        for (int i = 0; i < 10; i++) {
            entries.log(20 + i, "dropCollection.start", "shop.c" + i, "{}").log(
                    40 + i, "dropCollection", "shop.c" + i, "{}");
        }
        entries.noop(CFG, 100);
        entries.all().stream()
                .sorted(java.util.Comparator.comparing(at -> at.entry().clusterTime()))
                .forEach(at -> busy.accept(at.replicaSet(), at.entry()));
        List<TopologyEvent> all = busy.events();
        assertThat(all).hasSize(10);
        for (int size = 1; size <= 11; size++) {
            List<String> seen = new ArrayList<>();
            Optional<EventPlace> after = Optional.empty();
            do {
                EventsAnswer page = EventsAnswer.page(all, after, size);
                page.events().forEach(event -> seen.add(event.id()));
                assertThat(page.events()).hasSizeLessThanOrEqualTo(size);
                assertThat(page.total()).isEqualTo(10);
                after = page.next().flatMap(EventPlace::parse);
            } while (after.isPresent());
            assertThat(seen).isEqualTo(all.stream().map(TopologyEvent::id).toList());
        }
    }

    @Test
    void shardsSayWhoHoldsTheWatermarkBack() {
        ShardsAnswer answer = ShardsAnswer.of(WindowsContent.of(fold), Instant.ofEpochSecond(110));

        ObjectNode json = told(answer);
        assertThat(json.get("captured"))
                .isEqualTo(
                        json(
                                """
                                {"watermark": "90:1", "watermarkUtc": "1970-01-01T00:01:30Z",
                                 "heldBackBy": ["rs1"]}\
                                """));
        assertThat(json.get("archived"))
                .isEqualTo(
                        json(
                                """
                                {"watermark": "80:1", "watermarkUtc": "1970-01-01T00:01:20Z",
                                 "heldBackBy": ["rs0"]}\
                                """));
        assertThat(json.get("shards")).hasSize(3);
        assertThat(json.get("shards").get(2))
                .isEqualTo(
                        json(
                                """
                                {"shard": "s1", "replicaSet": "rs1", "joined": "0:0", "left": null,
                                 "capturedUntil": "90:1", "capturedUntilUtc": "1970-01-01T00:01:30Z",
                                 "capturedLagSeconds": 20, "holdsBackCaptured": true,
                                 "archivedUntil": "90:1", "archivedUntilUtc": "1970-01-01T00:01:30Z",
                                 "archivedLagSeconds": 20, "holdsBackArchived": false,
                                 "bases": [{"id": "b1", "replayFrom": "65:1", "usableFrom": "70:1",
                                            "usableFromUtc": "1970-01-01T00:01:10Z"}],
                                 "gaps": [%s]}
                                """
                                        .formatted(GAP)));
    }

    @Test
    void theBeginningOfAKindsNameIsEnough() {
        assertThat(EventKind.named("drop"))
                .containsExactlyInAnyOrder(
                        EventKind.DROP_COLLECTION, EventKind.DROP_DATABASE, EventKind.DROP_INDEXES);
        assertThat(EventKind.named("movechunk")).containsExactly(EventKind.MOVE_CHUNK);
        assertThatThrownBy(() -> EventKind.named("truncate"))
                .hasMessageContaining("'truncate'")
                .hasMessageContaining("dropCollection");
    }

    /** As a reader gets it; the tree that the command line prints is the same document. */
    private static ObjectNode told(Answer answer) {
        String text = new String(answer.bytes(), StandardCharsets.UTF_8);
        assertThat(answer.json()).hasToString(text);
        return json(text);
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the test's own JSON is wrong", e);
        }
    }
}
