package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/**
 * A place in the order of what a windows answer lists; written {@code 1712345678:5/3}: behind the
 * third of those that begin at that time.
 *
 * @param number from 1 on
 */
public record WindowsPlace(ClusterTime from, int number) {
    public WindowsPlace {
        if (number < 1) {
            throw new IllegalArgumentException("place " + number + " of those that begin at once");
        }
    }

    /** Reads what {@link #toString} wrote; empty for any other text. */
    public static Optional<WindowsPlace> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[1-9][0-9]{0,8}")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(text.substring(slash + 1));
        return ClusterTime.parse(text.substring(0, slash))
                .map(from -> new WindowsPlace(from, number));
    }

    boolean isBefore(ClusterTime start, int its) {
        int byStart = from.compareTo(start);
        return byStart < 0 || byStart == 0 && number < its;
    }

    @Override
    public String toString() {
        return from + "/" + number;
    }
}
