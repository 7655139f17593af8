package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.PolicyOption;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Policy;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark windows}. */
@Command(
        name = "windows",
        description =
                "Say to which cluster times the whole cluster can be restored, which are refused,"
                        + " and why.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark windows --cluster shop --bucket file:/backup",
            "  tidemark windows --cluster shop --bucket file:/backup --policy strict"
                    + " --from 2026-11-20T00:00:00Z --json",
            "  tidemark windows --cluster shop --bucket file:/backup --rebuild",
            "  tidemark windows --api http://127.0.0.1:8480"
        })
public final class WindowsCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private TimelinePlace place;
    @Mixin private PolicyOption policy;
    @Mixin private SpanOptions span;

    @Option(
            names = "--rebuild",
            description =
                    "Compute the timeline anew from the archived oplogs and store it in the bucket:"
                            + " after imports with --no-timeline, or where what is stored ends too"
                            + " early.")
    private boolean rebuild;

    public WindowsCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        return rebuild ? place.askAnew(context, this::answer) : place.ask(context, this::answer);
    }

    private ExitCode answer(TimelineAnswers answers) {
        RestoreWindow asked = span.span();
        Map<Policy, ObjectNode> all = new EnumMap<>(Policy.class);
        for (Policy each : Policy.values()) {
            all.put(each, answers.windows(each, asked));
        }
        ObjectNode own = all.get(policy.policy());
        new WindowsText(all, policy.policy(), answers.origin())
                .print(context.console().words(output.json()));
        if (output.json()) {
            context.console().document(own.put("timeline", answers.origin()));
        }
        return ExitCode.DONE;
    }
}
