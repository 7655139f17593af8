package io.tidemark.streams.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.streams.view.TimelineViews;
import io.tidemark.timeline.answer.EventPlace;
import io.tidemark.timeline.answer.EventsAnswer;
import io.tidemark.timeline.answer.ExplainAnswer;
import io.tidemark.timeline.answer.ShardsAnswer;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.answer.WindowsPlace;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** From a request to its answer. */
final class TimelineApi {
    static final int EVENTS_IF_NOT_SAID = 200;
    static final int MOST_EVENTS = 1000;
    static final int WINDOWS_IF_NOT_SAID = 1000;

    /** About 5 MB of JSON. */
    static final int MOST_WINDOWS = 5000;

    private final TimelineViews views;
    private final HttpConfig config;
    private final Clock clock;

    TimelineApi(TimelineViews views, HttpConfig config, Clock clock) {
        this.views = views;
        this.config = config;
        this.clock = clock;
    }

    void windows(Context context) {
        Query query = query(context, "policy", "from", "to", "limit", "after");
        Policy policy = query.policy();
        RestoreWindow span = query.span();
        int limit = query.limit(WINDOWS_IF_NOT_SAID, MOST_WINDOWS);
        Optional<WindowsPlace> after = query.after(WindowsPlace::parse);
        WindowsAnswer answer = WindowsAnswer.page(view().windows(policy), span, after, limit);
        Responses.taggedJson(context, answer.bytes());
    }

    void explain(Context context) {
        Query query = query(context, "at", "policy");
        Policy policy = query.policy();
        ExplainAnswer answer = ExplainAnswer.of(view().windows(policy).explain(query.at()), policy);
        Responses.taggedJson(context, answer.bytes());
    }

    void events(Context context) {
        Query query = query(context, "from", "to", "ns", "kind", "limit", "after");
        RestoreWindow span = query.span();
        Set<EventKind> kinds = query.kinds();
        List<TopologyEvent> found =
                new EventSearch(view().events())
                        .between(span.earliest(), span.latest()).stream()
                                .filter(event -> kinds.contains(event.kind()))
                                .toList();
        if (query.ns().isPresent()) {
            found = new EventSearch(found).about(query.ns().get());
        }
        int limit = query.limit(EVENTS_IF_NOT_SAID, MOST_EVENTS);
        Responses.taggedJson(
                context, EventsAnswer.page(found, query.after(EventPlace::parse), limit).bytes());
    }

    void shards(Context context) {
        query(context);
        Responses.now(context, 200, ShardsAnswer.of(view().content(), clock.instant()).json());
    }

    /** What a page needs to know of the cluster as a whole. */
    void cluster(Context context) {
        query(context);
        TimelineView view = view();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("cluster", view.cluster().value()).put("bucket", config.bucket().orElse(null));
        ObjectNode shares = json.putObject("restorableShare");
        for (Policy policy : Policy.values()) {
            shares.put(policy.code(), view.windows(policy).restorableShare());
        }
        Responses.taggedJson(
                context, json.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    void health(Context context) {
        query(context);
        Health health = health();
        Responses.now(context, health.status().http(), health.json());
    }

    Health health() {
        return Health.of(views.current(), config.staleAfter(), clock.instant());
    }

    private TimelineView view() {
        return views.current().orElseThrow(() -> new StillLoading(health().message()));
    }

    private static Query query(Context context, String... known) {
        return new Query(context.queryParamMap(), known);
    }

    /** No view is there yet. */
    static final class StillLoading extends RuntimeException {
        private static final long serialVersionUID = 1;

        StillLoading(String message) {
            super(message);
        }
    }
}
