package io.tidemark.timeline.answer;

import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import java.util.Optional;

/**
 * Events by their start, page by page.
 *
 * @param total how many events there are on all pages together
 * @param next what to give as {@code after} for the next page; null on the last one
 */
public record EventsAnswer(List<Event> events, int total, Optional<String> next) implements Answer {

    /** All of them on one page. */
    public static EventsAnswer of(List<TopologyEvent> events) {
        return page(events, Optional.empty(), Integer.MAX_VALUE);
    }

    /**
     * The first {@code limit} events behind {@code after}. Events that come or are forgotten
     * between two pages shift nothing: the place is a start time, not a number.
     *
     * @param events in order of start and id, as {@code TimelineFold.events} and {@code
     *     EventSearch} give them
     */
    public static EventsAnswer page(
            List<TopologyEvent> events, Optional<EventPlace> after, int limit) {
        List<TopologyEvent> rest =
                events.stream()
                        .filter(event -> after.map(place -> place.isBefore(event)).orElse(true))
                        .limit(limit + 1L)
                        .toList();
        boolean more = rest.size() > limit;
        List<TopologyEvent> page = more ? rest.subList(0, limit) : rest;
        Optional<String> next =
                more
                        ? Optional.of(EventPlace.of(page.get(limit - 1)).toString())
                        : Optional.empty();
        return new EventsAnswer(page.stream().map(Event::of).toList(), events.size(), next);
    }
}
