package io.tidemark.streams.http;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.PointInTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.window.Policy;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The parameters of one request. Each method throws {@link BadParameter}. */
final class Query {
    private static final int LONGEST_SHOWN = 200;
    private final Map<String, List<String>> given;

    /** Refuses parameters that are not in {@code known}, or given twice. */
    Query(Map<String, List<String>> given, String... known) {
        this.given = given;
        Set<String> names = Set.of(known);
        given.forEach(
                (name, values) -> {
                    if (!names.contains(name)) {
                        String allowed =
                                known.length == 0
                                        ? "no parameter here"
                                        : "the parameters " + String.join(", ", known);
                        throw new BadParameter(
                                shown(name), shown(String.join(",", values)), allowed);
                    }
                    if (values.size() > 1) {
                        throw new BadParameter(
                                name, shown(String.join(",", values)), "one value, not several");
                    }
                });
    }

    Policy policy() {
        return text("policy")
                .map(code -> parse("policy", code, "exact (the default) or strict", Policy::of))
                .orElse(Policy.EXACT);
    }

    /** A whole second means its end: what a restore to it takes in. */
    ClusterTime at() {
        return text("at")
                .map(text -> time("at", text).last())
                .orElseThrow(() -> new BadParameter("at", "", PointInTime.FORMS));
    }

    /** From {@code from} to {@code to}, whole seconds included; all times where they are absent. */
    RestoreWindow span() {
        ClusterTime from =
                text("from").map(text -> time("from", text).first()).orElse(ClusterTime.ZERO);
        ClusterTime to = text("to").map(text -> time("to", text).last()).orElse(ClusterTime.MAX);
        if (to.isBefore(from)) {
            throw new BadParameter(
                    "to",
                    text("to").map(Query::shown).orElse(""),
                    "a time that is not before 'from', " + from);
        }
        return new RestoreWindow(from, to);
    }

    /** All kinds where none is named. */
    Set<EventKind> kinds() {
        return text("kind")
                .map(
                        text -> {
                            try {
                                return EventKind.named(text);
                            } catch (IllegalArgumentException unknown) {
                                throw new BadParameter("kind", shown(text), KIND_NAMES);
                            }
                        })
                .orElseGet(() -> EnumSet.allOf(EventKind.class));
    }

    private static final String KIND_NAMES =
            "the beginning of one of "
                    + String.join(
                            ", ",
                            EnumSet.allOf(EventKind.class).stream().map(EventKind::code).toList());

    Optional<String> ns() {
        return text("ns");
    }

    /**
     * @param read empty for what is no place
     */
    <T> Optional<T> after(Function<String, Optional<T>> read) {
        return text("after")
                .map(
                        text ->
                                read.apply(text)
                                        .orElseThrow(
                                                () ->
                                                        new BadParameter(
                                                                "after",
                                                                shown(text),
                                                                "'next' of the page before")));
    }

    int limit(int ifAbsent, int most) {
        String allowed = "a whole number, 1 to " + most;
        return text("limit")
                .map(text -> parse("limit", text, allowed, Integer::valueOf))
                .map(
                        number -> {
                            if (number < 1 || number > most) {
                                throw new BadParameter("limit", number.toString(), allowed);
                            }
                            return number;
                        })
                .orElse(ifAbsent);
    }

    private Optional<String> text(String name) {
        List<String> values = given.getOrDefault(name, List.of());
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.get(0).isBlank()) {
            throw new BadParameter(name, "", "a value, or leave the parameter out");
        }
        return Optional.of(values.get(0).strip());
    }

    private static PointInTime time(String name, String text) {
        // A plus sign that was not encoded arrives as a space.
        return parse(name, text.replace(' ', '+'), PointInTime.FORMS, PointInTime::parse);
    }

    private static <T> T parse(String name, String text, String allowed, Function<String, T> read) {
        try {
            return read.apply(text);
        } catch (IllegalArgumentException notOne) {
            throw new BadParameter(name, shown(text), allowed);
        }
    }

    private static String shown(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
