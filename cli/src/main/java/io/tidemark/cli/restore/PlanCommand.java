package io.tidemark.cli.restore;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.external.ExternalBase;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark plan}. */
@Command(
        name = "plan",
        description =
                "Say from what a restore to a cluster time would be made, or why that time is"
                        + " refused and which are the nearest that are not. Reads the bucket only,"
                        + " and with --base external asks the targets.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark plan --cluster shop --bucket file:/backup --to 2026-11-20T10:00:00Z",
            "  tidemark plan --cluster shop --bucket file:/backup --to 1712345678:5 --json",
            "  tidemark plan --cluster shop --bucket file:/backup --before-drop shop.orders",
            "  tidemark plan --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 1712345678:5 --base external"
        })
public final class PlanCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private TimeOption time;
    @Mixin private BaseOption base;

    @Option(
            names = "--target",
            paramLabel = "RS=URI",
            description =
                    "With --base external: the servers that hold the base, as for restore. They are"
                            + " asked for its time; nothing is written.")
    private Map<String, String> targets = new LinkedHashMap<>();

    public PlanCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        PrintStream words = context.console().words(output.json());
        Optional<ExternalBase> external = base.external();
        try (ObjectStore store = archive.open()) {
            ClusterTimeline timeline = new KnownTimeline(context, archive, store).find();
            RestoreRequest request =
                    new RestoreRequest(
                            store,
                            FrameKeys.NONE,
                            archive.cluster(),
                            time.to(timeline, words),
                            external.isPresent()
                                    ? TargetOptions.resolve(context, targets)
                                    : Map.of(),
                            RestoreOptions.defaults(),
                            time.safety());
            request = external.isPresent() ? request.over(external.get()) : request;
            PlanAnswer answer =
                    new PlanAnswer(Restore.prepare(request, timeline), time.safety().policy());
            answer.words(words);
            if (output.json()) {
                context.console().document(answer.json());
            }
            return ExitCode.DONE;
        }
    }
}
