package io.tidemark.schemas.model;

import java.util.Locale;

/**
 * So many things, as people say it: {@code 1 entry}, {@code 2,000 entries}.
 *
 * @param one the word for one of them
 * @param many the word for any other number
 */
public record Counted(long count, String one, String many) {
    /** For words that take an s, or have a y to lose. */
    public static Counted of(long count, String one) {
        String many =
                one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one.concat("s");
        return new Counted(count, one, many);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }
}
