package io.tidemark.cli.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.timeline.Words;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Counted;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.window.Policy;

/**
 * What the timeline tells of times while the cluster lives, from Kafka's topics.
 *
 * @param restorableUntil everything up to here is archived and known
 * @param exact the share of time that is safe under policy exact
 * @param strict the same under policy strict
 */
record LiveTimes(ClusterTime restorableUntil, double exact, double strict, int events) {
    static LiveTimes of(TimelineView view) {
        return new LiveTimes(
                view.content().archived().at(),
                view.windows(Policy.EXACT).restorableShare(),
                view.windows(Policy.STRICT).restorableShare(),
                view.events().size());
    }

    boolean reaches(ClusterTime time) {
        return !restorableUntil.isBefore(time);
    }

    void tell(Story story) {
        story.line(
                "streams, live: %s; restorable until %s, %s of the time so far under"
                        + " policy exact, %s under strict",
                Counted.of(events, "event"),
                restorableUntil,
                Words.percent(exact),
                Words.percent(strict));
    }

    void addTo(ObjectNode json) {
        ObjectNode live = json.putObject("live");
        live.put("restorableUntil", restorableUntil.toString()).put("events", events);
        live.putObject("restorableShare").put("exact", exact).put("strict", strict);
    }
}
