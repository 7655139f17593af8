package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/** Events for people. */
record EventsText(JsonNode answer) {
    private static final int SHOWN = 200;

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

    private static void print(JsonNode event, PrintStream out) {
        String target = event.path("target").asText();
        out.printf(
                "%-42s %s of %s%s on %s: %s%n",
                Words.time(event, "from"),
                event.path("kind").asText(),
                event.path("ns").asText().isEmpty() ? "the cluster" : event.path("ns").asText(),
                target.isEmpty() ? "" : " to " + target,
                Words.names(event.path("shards")),
                event.path("outcome").asText());
        out.printf(
                "    through %s; id %s%n", Words.time(event, "through"), event.path("id").asText());
        if (event.path("restore").isTextual()) {
            out.println("    " + event.path("restore").asText());
        }
    }
}
