package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.timeline.event.EventKind;
import java.io.PrintStream;
import java.util.Set;

/** Events for people. */
record EventsText(JsonNode answer) {
    private static final int SHOWN = 200;
    private static final Set<String> VAGUE =
            Set.of(
                    EventKind.UNKNOWN.code(),
                    EventKind.TECHNICAL.code(),
                    EventKind.BALANCING.code());

    void print(PrintStream out) {
        JsonNode events = answer.path("events");
        if (events.isEmpty()) {
            out.println("No such event is known.");
            return;
        }
        int skipped = Math.max(0, events.size() - SHOWN);
        if (skipped > 0) {
            out.printf("… %,d earlier ones: narrow it down, or --json%n", skipped);
        }
        for (int i = skipped; i < events.size(); i++) {
            print(events.get(i), out);
        }
    }

    /** Where the kind says little, with the server's own word. */
    private static String name(JsonNode event) {
        String kind = event.path("kind").asText();
        String what = event.path("what").asText();
        return VAGUE.contains(kind) ? kind + " '" + what + "'" : kind;
    }

    private static void print(JsonNode event, PrintStream out) {
        String target = event.path("target").asText();
        out.printf(
                "%-42s %s of %s%s%s: %s%n",
                Words.time(event, "from"),
                name(event),
                event.path("ns").asText().isEmpty() ? "the cluster" : event.path("ns").asText(),
                target.isEmpty() ? "" : " to " + target,
                event.path("shards").isEmpty() ? "" : " on " + Words.names(event.path("shards")),
                event.path("outcome").asText());
        out.printf(
                "    through %s; id %s%n", Words.time(event, "through"), event.path("id").asText());
        if (event.path("restore").isTextual()) {
            out.println("    " + event.path("restore").asText());
        }
    }
}
