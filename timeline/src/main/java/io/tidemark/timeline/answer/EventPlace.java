package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.Optional;

/** A place in the order of events; written {@code 1712345678:5/ID}. */
public record EventPlace(ClusterTime from, String id) {

    static EventPlace of(TopologyEvent event) {
        return new EventPlace(event.from(), event.id());
    }

    /** Reads what {@link #toString} wrote; empty for any other text. */
    public static Optional<EventPlace> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || slash == text.length() - 1) {
            return Optional.empty();
        }
        String id = text.substring(slash + 1);
        return ClusterTime.parse(text.substring(0, slash)).map(from -> new EventPlace(from, id));
    }

    boolean isBefore(TopologyEvent event) {
        int byStart = from.compareTo(event.from());
        return byStart < 0 || byStart == 0 && id.compareTo(event.id()) < 0;
    }

    @Override
    public String toString() {
        return from + "/" + id;
    }
}
