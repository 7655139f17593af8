package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.streams.http.TimelineServer;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.Span;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import io.tidemark.timeline.wire.WindowsContent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of an API that answers in pages the verbs show all of them. */
class ManyPagesTest {
    private static final int COUNT = 6000;
    private static final ReplicaSet CONFIG = new ReplicaSet("cfg");

    @Test
    void theVerbsJoinThePagesOfTheApi() {
        TimelineView view = view();
        ObjectNode whole = WindowsAnswer.of(view.windows(Policy.EXACT)).json();
        try (TimelineServer server = ImportedCluster.serve(view)) {
            JsonNode windows = answer(server, "windows");
            JsonNode events = answer(server, "find").get("events");

            assertThat(windows).isEqualTo(whole.put("timeline", "api"));
            assertThat(windows.get("windows")).hasSize(COUNT + 1);
            assertThat(windows.get("unsafe")).hasSize(COUNT);
            assertThat(events)
                    .extracting(event -> event.get("id").asText())
                    .containsExactlyElementsOf(
                            view.events().stream().map(TopologyEvent::id).toList());
        }
    }

    private static JsonNode answer(TimelineServer server, String verb) {
        CommandRun run = CommandRun.of(verb, "--json", "--api", server.uri().toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run.json();
    }

    private static TimelineView view() {
        List<RestoreWindow> windows = new ArrayList<>();
        List<UnsafeInterval> unsafe = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            windows.add(new RestoreWindow(time(i, 30), time(i + 1, 0).previous()));
            unsafe.add(unsafe(i + 1));
        }
        windows.add(new RestoreWindow(time(COUNT, 30), time(COUNT, 50)));
        Map<Policy, RestoreWindows> both = new LinkedHashMap<>();
        for (Policy policy : Policy.values()) {
            both.put(
                    policy,
                    new RestoreWindows(
                            policy,
                            time(COUNT, 50),
                            List.of(CONFIG),
                            Optional.of(time(0, 30)),
                            windows,
                            unsafe,
                            List.of(),
                            0.5));
        }
        Watermark mark = new Watermark(time(COUNT, 50), List.of(CONFIG));
        WindowsContent content =
                new WindowsContent(mark, mark, both, List.of(), Map.of(), Map.of(), List.of());
        List<TopologyEvent> events =
                IntStream.rangeClosed(1, COUNT).mapToObj(ManyPagesTest::event).toList();
        return new TimelineView(new ClusterName("sim"), content, events, Instant.now());
    }

    private static UnsafeInterval unsafe(int minute) {
        return new UnsafeInterval(
                time(minute, 0),
                time(minute, 30).previous(),
                "dropCollection",
                "dropCollection-" + minute,
                "shop.orders",
                List.of("shard0"),
                "dropCollection of shop.orders was under way",
                List.of());
    }

    private static TopologyEvent event(int minute) {
        return new TopologyEvent(
                "dropCollection-" + minute,
                EventKind.DROP_COLLECTION,
                "dropCollection",
                "shop.orders",
                "",
                List.of("shard0"),
                new Span(
                        time(minute, 0),
                        Optional.of(time(minute, 30)),
                        Optional.of(time(minute, 0)),
                        Optional.of(time(minute, 30)),
                        true),
                Outcome.COMPLETED,
                List.of(),
                List.of());
    }

    private static ClusterTime time(int minute, int second) {
        return new ClusterTime(1_790_000_000L + minute * 60L + second, 1);
    }
}
