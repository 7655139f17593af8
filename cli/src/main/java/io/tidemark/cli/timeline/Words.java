package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How times and intervals of the answers are written for people. */
public final class Words {
    private Words() {}

    /** {@code 2026-11-20T10:00:00Z 1712345678:5} of a field and its {@code …Utc}. */
    static String time(JsonNode answer, String field) {
        JsonNode time = answer.path(field);
        return time.isTextual() ? answer.path(field + "Utc").asText() + " " + time.asText() : "-";
    }

    static String names(JsonNode array) {
        List<String> names = new ArrayList<>();
        array.forEach(name -> names.add(name.asText()));
        return String.join(", ", names);
    }

    /** {@code 97.3 %}. */
    public static String percent(double share) {
        // Never rounds up to 100 what is less.
        double percent = Math.floor(share * 1000) / 10;
        return String.format(Locale.ROOT, "%.1f %%", percent);
    }

    /** {@code 2 d 3 h}, {@code 4 min 5 s}: the two greatest units. */
    static String length(long seconds) {
        Duration length = Duration.ofSeconds(Math.max(0, seconds));
        if (length.toDays() > 0) {
            return length.toDays() + " d " + length.toHoursPart() + " h";
        }
        if (length.toHours() > 0) {
            return length.toHours() + " h " + length.toMinutesPart() + " min";
        }
        return length.toMinutes() > 0
                ? length.toMinutes() + " min " + length.toSecondsPart() + " s"
                : length.toSeconds() + " s";
    }
}
