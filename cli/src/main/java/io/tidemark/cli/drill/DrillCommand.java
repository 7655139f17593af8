package io.tidemark.cli.drill;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.PolicyOption;
import io.tidemark.cli.Progress;
import io.tidemark.cli.operation.KeptTurn;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.cli.restore.ShownProgress;
import io.tidemark.cli.restore.TargetOptions;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.Placement;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestorePreview;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark drill}. */
@Command(
        name = "drill",
        description =
                "Prove that the archive restores: restore into a scratch target, verify and count"
                    + " what it holds, measure how long each phase took, and store the result in"
                    + " the bucket, where status shows it and plan takes its estimates from.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark drill --cluster shop --bucket file:/backup",
            "  tidemark drill --cluster shop --bucket file:/backup --to 2026-11-20T10:00:00Z"
                    + " --json",
            "  tidemark drill --config restore.properties --bucket file:/backup --cluster shop"
                    + " --target rs0=mongodb://scratch0:27018/"
                    + " --target config=mongodb://scratchcfg:27019/ --clean"
        })
public final class DrillCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private PolicyOption policy;
    @Mixin private TargetOptions targets;

    @Option(
            names = "--to",
            paramLabel = "T",
            description =
                    "The cluster time to restore, as for restore. Default: the latest that is"
                            + " safe.")
    private ClusterTime to;

    @Option(
            names = "--clean",
            description =
                    "Drop from the given targets what the drill wrote, if nothing differed. Not"
                            + " needed for embedded ones; what is left of a drill that failed is"
                            + " there to be looked at.")
    private boolean clean;

    public DrillCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        PrintStream words = context.console().words(output.json());
        try (ObjectStore store = archive.open();
                KeptTurn turn =
                        new OperationTurns(context, store, archive.cluster(), words)
                                .forRestore(Optional.empty());
                Progress progress = Progress.of(context.console(), "drill")) {
            Instant started = context.clock().instant();
            long begun = System.nanoTime();
            PhaseClock clock = new PhaseClock(new ShownProgress(words, progress), System::nanoTime);
            ClusterTimeline timeline = new KnownTimeline(context, archive, store).findWindows();
            RestoreRequest planned = request(store, time(timeline), Map.of(), Placement.SAME);
            PreparedRestore prepared = Restore.prepare(planned, timeline);
            DrillResult result =
                    drill(
                            store,
                            planned,
                            prepared,
                            Restore.preview(planned, prepared, begun),
                            started,
                            clock);
            result.putTo(store);
            turn.succeeded();
            progress.close();
            DrillAnswer answer = new DrillAnswer(result);
            answer.words(words);
            if (output.json()) {
                context.console().document(answer.json());
            }
            return result.isProven() ? ExitCode.DONE : ExitCode.DIFFERENCE;
        }
    }

    private ClusterTime time(ClusterTimeline timeline) {
        if (to != null) {
            return to;
        }
        return timeline.windows(policy.policy())
                .before(ClusterTime.MAX)
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.NOT_RESTORABLE,
                                        "No time of cluster "
                                                + archive.cluster()
                                                + " is safe to restore under policy "
                                                + policy.policy().code()
                                                + ": 'tidemark windows' says why."));
    }

    private RestoreRequest request(
            ObjectStore store, ClusterTime time, Map<String, String> uris, Placement placement) {
        return new RestoreRequest(
                store,
                archive.keys(),
                archive.cluster(),
                time,
                uris,
                RestoreOptions.defaults(),
                new Safety(policy.policy(), false),
                placement);
    }

    private DrillResult drill(
            ObjectStore store,
            RestoreRequest planned,
            PreparedRestore prepared,
            RestorePreview preview,
            Instant started,
            PhaseClock clock) {
        Map<String, String> given = given();
        if (!given.isEmpty()) {
            RestoreRequest request =
                    request(store, planned.to(), given, targets.placement(context));
            ScratchTargets scratch = new ScratchTargets(given, prepared.plan());
            scratch.rememberIdentities();
            Rehearsal rehearsal = Rehearsal.run(request, prepared, clock);
            if (clean && rehearsal.problems().isEmpty()) {
                scratch.clean(rehearsal.report());
            }
            return result(rehearsal, preview, "given", started);
        }
        try (EmbeddedTargets embedded = EmbeddedTargets.start(store, prepared.plan(), preview)) {
            RestoreRequest request = request(store, planned.to(), embedded.uris(), Placement.SAME);
            return result(
                    Rehearsal.run(request, prepared, clock),
                    preview,
                    DrillResult.EMBEDDED,
                    started);
        }
    }

    private Map<String, String> given() {
        Map<String, String> given = targets.resolve(context);
        if (given.containsKey(RestoreRequest.MERGED)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "A drill restores each replica set into a server of its own: name them by"
                            + " --target RS=URI, or none for embedded ones.");
        }
        if (targets.keepsPrevious()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "A drill tells no way back, so it keeps nothing: leave out --keep-previous, or"
                            + " restore into other servers.");
        }
        return given;
    }

    private DrillResult result(
            Rehearsal rehearsal, RestorePreview preview, String target, Instant started) {
        return new DrillResult(
                new ObjectKey.OfDrill(archive.cluster(), started),
                ClusterTime.parse(rehearsal.report().restoredTo()).orElseThrow(),
                policy.policy().code(),
                target,
                rehearsal.problems(),
                rehearsal.took(),
                rehearsal.phases(),
                preview.amounts(),
                rehearsal.documents(),
                rehearsal.report().transactions().size(),
                rehearsal.report().orphansRemoved());
    }
}
