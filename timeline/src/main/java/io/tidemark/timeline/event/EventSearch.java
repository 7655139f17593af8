package io.tidemark.timeline.event;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds events as people ask for them: about a collection, near a time, the drop to undo. */
public final class EventSearch {
    private static final Comparator<TopologyEvent> BY_START =
            Comparator.comparing(TopologyEvent::from).thenComparing(TopologyEvent::id);
    private final List<TopologyEvent> events;

    public EventSearch(List<TopologyEvent> events) {
        this.events = events.stream().sorted(BY_START).toList();
    }

    /**
     * Events that touch a namespace: its own, those of its database as a whole, renames to it. A
     * database name finds the events of all its collections.
     */
    public List<TopologyEvent> about(String ns) {
        return events.stream().filter(event -> concerns(event, ns)).toList();
    }

    /** Events under way at some time in {@code [from, to]}. */
    public List<TopologyEvent> between(ClusterTime from, ClusterTime to) {
        return events.stream()
                .filter(event -> !event.from().isAfter(to))
                .filter(event -> event.through().map(end -> !end.isBefore(from)).orElse(true))
                .toList();
    }

    public Optional<TopologyEvent> byId(String id) {
        return events.stream().filter(event -> event.id().equals(id)).findFirst();
    }

    /** The latest drop of the collection, alone or with its database, that was not aborted. */
    public Optional<TopologyEvent> lastDrop(String ns) {
        return about(ns).stream()
                .filter(event -> event.kind().isDrop())
                .filter(event -> event.outcome() != Outcome.ABORTED)
                .reduce((earlier, later) -> later);
    }

    /** The last time at which nothing of the event had happened. */
    public static ClusterTime justBefore(TopologyEvent event) {
        return event.from().previous();
    }

    private static boolean concerns(TopologyEvent event, String ns) {
        return touches(event.ns(), ns) || touches(event.target(), ns);
    }

    private static boolean touches(String own, String asked) {
        return !own.isEmpty()
                && (own.equals(asked)
                        || own.startsWith(asked + ".")
                        || own.indexOf('.') < 0 && asked.startsWith(own + "."));
    }
}
