package io.tidemark.cli.drill;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.Counted;
import io.tidemark.storage.drill.DrillResult;
import java.io.PrintStream;

/** What a drill found, in words and as JSON. */
public record DrillAnswer(DrillResult drill) {

    void words(PrintStream out) {
        drill.problems().forEach(problem -> out.println("  DIFFERENT: " + problem));
        out.printf(
                "%s: restored to %s (%s) in %.1f s: %s, %s read%n",
                drill.isProven() ? "Proven" : "NOT proven",
                drill.restoredTo(),
                drill.restoredTo().toInstant(),
                drill.took().toMillis() / 1e3,
                Counted.of(drill.documents(), "document"),
                Counted.of(drill.amounts().entries(), "entry"));
        drill.phases()
                .forEach(
                        (phase, course) ->
                                out.printf(
                                        "  %-10s %8.1f s%n",
                                        phase, course.took().toMillis() / 1e3));
        out.println("Stored as " + drill.key().text() + "; 'tidemark status' shows it.");
    }

    /** The same object as {@code lastDrill} of status. */
    public ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("key", drill.key().text())
                        .put("at", drill.key().startedAt().toString())
                        .put("restoredTo", drill.restoredTo().toString())
                        .put("policy", drill.policy())
                        .put("target", drill.target())
                        .put("verified", drill.isProven())
                        .put("seconds", drill.took().toMillis() / 1e3);
        ObjectNode phases = json.putObject("phases");
        drill.phases()
                .forEach((phase, course) -> phases.put(phase, course.took().toMillis() / 1e3));
        json.put("bytes", drill.amounts().bytes())
                .put("entries", drill.amounts().entries())
                .put("documents", drill.documents())
                .put("transactions", drill.transactions())
                .put("orphansRemoved", drill.orphansRemoved());
        ArrayNode problems = json.putArray("problems");
        drill.problems().forEach(problems::add);
        return json;
    }
}
