package io.tidemark.cli.restore;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.ExternalBase;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark plan}. */
@Command(
        name = "plan",
        description =
                "Say from what a restore to a cluster time would be made, how much it reads, about"
                        + " how long it takes and which transactions are open then; or why that"
                        + " time is refused and which are the nearest that are not. With targets,"
                        + " also what is in the way there, what would be replaced, versions and"
                        + " room; exit code 4 if the restore would refuse one. Writes nothing.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark plan --cluster shop --bucket file:/backup --to 2026-11-20T10:00:00Z",
            "  tidemark plan --cluster shop --bucket file:/backup --to 1712345678:5 --json",
            "  tidemark plan --cluster shop --bucket file:/backup --before-drop shop.orders",
            "  tidemark plan --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 1712345678:5 --base external",
            "  tidemark plan --cluster shop --bucket file:/backup --to 1712345678:5"
                    + " --target merged=mongodb://mongos:27017/ --ns shop.orders --replace shop"
        })
public final class PlanCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private TimeOption time;
    @Mixin private BaseOption base;
    @Mixin private TargetOptions targets;

    public PlanCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        targets.requireUsable(context);
        PrintStream words = context.console().words(output.json());
        long begun = System.nanoTime();
        Optional<ExternalBase> external = base.external();
        try (ObjectStore store = archive.open()) {
            ClusterTimeline timeline =
                    time.point().timeline(new KnownTimeline(context, archive, store));
            RestoreRequest request =
                    new RestoreRequest(
                            store,
                            archive.keys(),
                            archive.cluster(),
                            time.point().to(timeline, words),
                            targets.resolve(context),
                            RestoreOptions.defaults(),
                            time.safety(),
                            targets.placement(context));
            request = external.isPresent() ? request.over(external.get()) : request;
            PreparedRestore prepared = Restore.prepare(request, timeline);
            PlanAnswer answer =
                    new PlanAnswer(
                            prepared,
                            Restore.preview(request, prepared, begun),
                            time.safety().policy());
            answer.words(words);
            TargetsAnswer outlooks = look(request, prepared);
            outlooks.words(words);
            if (output.json()) {
                context.console().document(outlooks.addTo(answer.json()));
            }
            return outlooks.exitCode();
        }
    }

    /** Without targets there is nothing to look at. */
    private static TargetsAnswer look(RestoreRequest request, PreparedRestore prepared) {
        return new TargetsAnswer(
                request.targets().isEmpty() ? List.of() : Restore.look(request, prepared),
                request.placement().replacement());
    }
}
