package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.answer.EventsAnswer;
import io.tidemark.timeline.answer.ExplainAnswer;
import io.tidemark.timeline.answer.WindowsAnswer;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
        return EventsAnswer.of(
                        found.stream()
                                .filter(event -> kind.map(k -> isKind(event, k)).orElse(true))
                                .toList())
                .json();
    }

    private static boolean isKind(TopologyEvent event, String kind) {
        String code = event.kind().code().toLowerCase(Locale.ROOT);
        return code.startsWith(kind.toLowerCase(Locale.ROOT));
    }
}
