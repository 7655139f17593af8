package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.window.Policy;
import java.io.PrintStream;
import java.util.Map;

/** Restore windows for people. */
record WindowsText(Map<Policy, ObjectNode> answers, Policy policy, String origin) {
    private static final int SHOWN = 20;

    void print(PrintStream out) {
        ObjectNode own = answers.get(policy);
        if (!own.path("earliest").isTextual()) {
            out.println("No time can be restored: no base reaches what is archived.");
            out.println("  archived through " + Words.time(own, "watermark") + heldBack(own));
            gaps(own, out);
            return;
        }
        out.printf(
                "Restorable from %s to %s%s%n",
                Words.time(own, "earliest"), Words.time(own, "watermark"), heldBack(own));
        TimeBar bar = new TimeBar(time(own, "earliest"), time(own, "watermark"));
        answers.forEach(
                (each, answer) ->
                        out.printf(
                                "  %-6s %s %s%s%n",
                                each.code(),
                                bar.of(answer.path("windows")),
                                Words.percent(answer.path("restorableShare").asDouble()),
                                each == policy ? "  <" : ""));
        out.println("  # restorable  + partly  . not            (" + from() + ")");
        windows(own.path("windows"), out);
        unsafe(own.path("unsafe"), out);
        gaps(own, out);
    }

    private String from() {
        return switch (origin) {
            case "stored" -> "from the timeline stored in the bucket";
            case "archive" -> "computed now from the archived oplogs";
            default -> "from the HTTP API";
        };
    }

    private static String heldBack(JsonNode answer) {
        String names = Words.names(answer.path("heldBackBy"));
        return names.isEmpty() ? "" : " (held back by " + names + ")";
    }

    private void windows(JsonNode windows, PrintStream out) {
        out.printf("%nWindows under policy %s:%n", policy.code());
        int skipped = Math.max(0, windows.size() - SHOWN);
        if (skipped > 0) {
            out.printf("  … %,d earlier ones: --from and --to, or --json%n", skipped);
        }
        for (int i = skipped; i < windows.size(); i++) {
            JsonNode window = windows.get(i);
            long seconds = time(window, "to").seconds() - time(window, "from").seconds();
            out.printf(
                    "  %-42s  to  %-42s %s%n",
                    Words.time(window, "from"), Words.time(window, "to"), Words.length(seconds));
        }
    }

    private static void unsafe(JsonNode intervals, PrintStream out) {
        if (intervals.isEmpty()) {
            return;
        }
        out.printf("%nRefused in between:%n");
        int skipped = Math.max(0, intervals.size() - SHOWN);
        if (skipped > 0) {
            out.printf("  … %,d earlier ones: --from and --to, or --json%n", skipped);
        }
        for (int i = skipped; i < intervals.size(); i++) {
            JsonNode interval = intervals.get(i);
            out.printf(
                    "  %-42s  to  %s%n      %s%n",
                    Words.time(interval, "from"),
                    Words.time(interval, "to"),
                    interval.path("reason").asText());
        }
    }

    private static void gaps(JsonNode answer, PrintStream out) {
        for (JsonNode gap : answer.path("gaps")) {
            if (!gap.path("kind").asText().equals("noBase")) {
                out.printf(
                        "  %s of %s: (%s, %s] %s%n",
                        gap.path("kind").asText(),
                        gap.path("replicaSet").asText(),
                        gap.path("after").asText(),
                        gap.path("through").asText(),
                        gap.path("reason").asText());
            }
        }
    }

    private static ClusterTime time(JsonNode answer, String field) {
        return ClusterTime.parse(answer.path(field).asText()).orElse(ClusterTime.ZERO);
    }
}
