package io.tidemark.cli.restore;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.io.PrintStream;
import java.util.List;

/** Finds the last time at which nothing of an event had happened. */
public final class TimeBeforeEvent {
    private final ClusterTimeline timeline;
    private final PrintStream words;

    public TimeBeforeEvent(ClusterTimeline timeline, PrintStream words) {
        this.timeline = timeline;
        this.words = words;
    }

    /**
     * Just before the latest drop of {@code ns}; others are named in words.
     *
     * @param ns a collection, dropped alone or with its database; or a database
     * @throws CommandFailure if no drop is known
     */
    public ClusterTime drop(String ns) {
        List<TopologyEvent> drops =
                timeline.search().about(ns).stream()
                        .filter(event -> event.kind().isDrop())
                        .filter(event -> event.ns().equals(ns) || ns.startsWith(event.ns() + "."))
                        .filter(event -> event.outcome() != Outcome.ABORTED)
                        .toList();
        if (drops.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_RESTORABLE,
                    "No drop of "
                            + ns
                            + " is known up to "
                            + timeline.watermark()
                            + ". 'tidemark find --kind drop' lists those that are.");
        }
        TopologyEvent last = whole(drops.get(drops.size() - 1), drops);
        List<TopologyEvent> others =
                drops.stream().filter(event -> event.from().isBefore(last.from())).toList();
        if (!others.isEmpty()) {
            words.println("Other drops of " + ns + ", for --before-event:");
            others.forEach(event -> words.println("  " + line(event)));
        }
        return before(last);
    }

    /** The drop of a database is made of drops of its collections: the first of them counts. */
    private static TopologyEvent whole(TopologyEvent part, List<TopologyEvent> drops) {
        TopologyEvent whole = part;
        for (int i = drops.size() - 1; i >= 0; i--) {
            TopologyEvent earlier = drops.get(i);
            boolean lasts = earlier.through().map(whole.from()::isBefore).orElse(true);
            if (earlier.from().isBefore(whole.from()) && lasts) {
                whole = earlier;
            }
        }
        return whole;
    }

    /**
     * @throws CommandFailure if there is no such event
     */
    public ClusterTime event(String id) {
        TopologyEvent event =
                timeline.search()
                        .byId(id)
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                ExitCode.NOT_RESTORABLE,
                                                "No event '"
                                                        + id
                                                        + "' is known up to "
                                                        + timeline.watermark()
                                                        + ". 'tidemark find' lists those that"
                                                        + " are, with their ids."));
        return before(event);
    }

    private ClusterTime before(TopologyEvent event) {
        if (!event.span().startSeen()) {
            throw new CommandFailure(
                    ExitCode.NOT_RESTORABLE,
                    "The archive holds the end of "
                            + line(event)
                            + ", but not its start: when it began is not known, at the earliest at "
                            + event.from()
                            + ". Choose a time yourself: --to T.");
        }
        ClusterTime time = EventSearch.justBefore(event);
        words.println("Just before " + line(event) + ": " + time);
        return time;
    }

    private static String line(TopologyEvent event) {
        return event.kind().code()
                + (event.ns().isEmpty() ? "" : " of " + event.ns())
                + " from "
                + event.from()
                + " ("
                + event.from().toInstant()
                + "), event "
                + event.id();
    }
}
