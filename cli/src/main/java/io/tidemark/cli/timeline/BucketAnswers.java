package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.answer.EventsAnswer;
import io.tidemark.timeline.answer.ExplainAnswer;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Answers from a bucket's timeline. */
record BucketAnswers(ClusterTimeline timeline) implements TimelineAnswers {

    @Override
    public String origin() {
        return timeline.origin().code();
    }

    @Override
    public ObjectNode windows(Policy policy, RestoreWindow span) {
        return WindowsAnswer.between(timeline.windows(policy), span).json();
    }

    @Override
    public ObjectNode explain(ClusterTime at, Policy policy) {
        return ExplainAnswer.of(timeline.windows(policy).explain(at), policy).json();
    }

    @Override
    public ObjectNode events(RestoreWindow span, Optional<String> ns, Optional<String> kind) {
        List<TopologyEvent> within = timeline.search().between(span.earliest(), span.latest());
        List<TopologyEvent> found =
                ns.map(name -> new EventSearch(within).about(name)).orElse(within);
        Set<EventKind> kinds = kind.map(BucketAnswers::named).orElseGet(BucketAnswers::all);
        return EventsAnswer.of(
                        found.stream().filter(event -> kinds.contains(event.kind())).toList())
                .json();
    }

    private static Set<EventKind> all() {
        return EnumSet.allOf(EventKind.class);
    }

    /** As the HTTP API understands it. */
    private static Set<EventKind> named(String kind) {
        try {
            return EventKind.named(kind);
        } catch (IllegalArgumentException unknown) {
            throw new CommandFailure(ExitCode.USAGE, "--kind: " + unknown.getMessage());
        }
    }
}
