package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.PolicyOption;
import io.tidemark.schemas.model.ClusterTime;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark explain}. */
@Command(
        name = "explain",
        description =
                "Say whether the cluster can be restored to a cluster time, why not, and which are"
                        + " the nearest times to which it can. Exit code 3 if it can't.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark explain --cluster shop --bucket file:/backup --at 1712345678:5",
            "  tidemark explain --cluster shop --bucket file:/backup --at 2026-11-20T10:00:00Z"
                    + " --policy strict --json",
            "  tidemark explain --api http://127.0.0.1:8480 --at 1712345678:5"
        })
public final class ExplainCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private TimelinePlace place;
    @Mixin private PolicyOption policy;

    @Option(
            names = "--at",
            required = true,
            paramLabel = "T",
            description =
                    "1712345678:5 exactly, or ISO-8601 with an offset for the end of that second,"
                            + " which is what restore --to takes it for.")
    private ClusterTime at;

    public ExplainCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        return place.ask(context, this::answer);
    }

    private ExitCode answer(TimelineAnswers answers) {
        ObjectNode answer = answers.explain(at, policy.policy());
        words(answer, answers.origin(), context.console().words(output.json()));
        if (output.json()) {
            context.console().document(answer.put("timeline", answers.origin()));
        }
        return answer.path("safe").asBoolean() ? ExitCode.DONE : ExitCode.NOT_RESTORABLE;
    }

    private void words(JsonNode answer, String origin, PrintStream out) {
        boolean safe = answer.path("safe").asBoolean();
        out.printf(
                "%s is %s under policy %s.%n",
                Words.time(answer, "at"),
                safe ? "safe to restore to" : "NOT safe to restore to",
                policy.policy().code());
        if (safe) {
            out.println("  " + place.restore("--to " + at));
            return;
        }
        for (JsonNode reason : answer.path("reasons")) {
            out.println("  " + reason.path("reason").asText());
            for (JsonNode entry : reason.path("evidence")) {
                out.printf(
                        "      %-42s %-12s %s%n",
                        Words.time(entry, "at"),
                        entry.path("replicaSet").asText(),
                        entry.path("what").asText());
            }
            if (reason.path("kind").asText().equals("notArchived") && origin.equals("stored")) {
                out.println(
                        "  The stored timeline ends there; 'tidemark windows --rebuild' computes it"
                                + " anew from what is archived by now.");
            }
        }
        nearest(answer, "before", out);
        nearest(answer, "after", out);
    }

    private void nearest(JsonNode answer, String side, PrintStream out) {
        if (!answer.path(side).isTextual()) {
            out.println("No safe time " + side + ".");
            return;
        }
        out.printf("Nearest safe time %s: %s%n", side, Words.time(answer, side));
        out.println("  " + place.restore("--to " + answer.path(side).asText()));
    }
}
