package io.tidemark.cli.restore;

import io.tidemark.capture.SourceLocks;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.operation.KeptTurn;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.cli.operation.SourceOptions;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.external.ExternalBase;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark restore}. */
@Command(
        name = "restore",
        description =
                "Restore a cluster to one cluster time and verify the result: every replica set"
                        + " into its own target, or all of them, or single collections, into one."
                        + " Reads the bucket only; a target that holds data is refused, unless"
                        + " what is in the way is named. A restore into empty targets that was cut"
                        + " off goes on when the same is run again. What follows its source from"
                        + " then on is 'tidemark standby'.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark restore --cluster shop --bucket file:/backup --to 1712345678:5"
                    + " --target rs0=mongodb://new0:27018/ --target config=mongodb://newcfg:27019/",
            "  tidemark restore --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 2026-11-20T10:00:00Z --json",
            "  tidemark restore --config restore.properties --bucket file:/backup --cluster shop"
                    + " --before-drop shop.orders",
            "  tidemark restore --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 1712345678:5 --map shard0=eu0 --map shard1=eu1"
                    + " --add-shard eu2=mongodb://new2:27018/",
            "  tidemark restore --bucket file:/backup --cluster shop --to 1712345678:5"
                    + " --target merged=mongodb://one:27017/",
            "  tidemark restore --bucket file:/backup --cluster shop --before-drop shop.orders"
                    + " --target merged=mongodb://mongos:27017/ --ns shop.orders"
                    + " --as shop.orders_restored",
            "  tidemark restore --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 1712345678:5 --base external"
        })
public final class RestoreCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private TimeOption time;
    @Mixin private TargetOptions targets;
    @Mixin private SourceOptions source;
    @Mixin private BaseOption base;
    @Mixin private ProgressOption shown;

    @Option(
            names = "--restart",
            description =
                    "If the targets hold a restore that was cut off, whichever it was, take back"
                            + " what it has put there and begin from the beginning. Without it, the"
                            + " same restore goes on, and another one is refused. Make sure that it"
                            + " doesn't run any more.")
    private boolean restart;

    @Option(
            names = "--no-accounts",
            description =
                    "Leave users and roles as the targets have them. Without it the source's come"
                            + " with their passwords; what only a target has stays, and so does the"
                            + " user as whom the restore is connected.")
    private boolean noAccounts;

    public RestoreCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        Map<String, String> uris = targets.resolve(context);
        if (uris.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "No target is named. Give --target RS=URI for every replica set of the"
                            + " archive; tidemark plan lists them.");
        }
        Optional<SourceLocks> locks = source.locks(context);
        PrintStream words = context.console().words(output.json());
        try (ObjectStore store = archive.open();
                KeptTurn turn =
                        new OperationTurns(context, store, archive.cluster(), words)
                                .forRestore(locks)) {
            ExitCode code = restore(store, uris, words);
            turn.succeeded();
            return code;
        } finally {
            locks.ifPresent(SourceLocks::close);
        }
    }

    private ExitCode restore(ObjectStore store, Map<String, String> uris, PrintStream words) {
        ClusterTimeline timeline = time.timeline(new KnownTimeline(context, archive, store));
        RestoreRequest request =
                new RestoreRequest(
                        store,
                        archive.keys(),
                        archive.cluster(),
                        time.to(timeline, words),
                        uris,
                        RestoreOptions.defaults().restarting(restart).withAccounts(!noAccounts),
                        time.safety(),
                        targets.placement(context));
        Optional<ExternalBase> external = base.external();
        request = external.isPresent() ? request.over(external.get()) : request;
        PreparedRestore prepared = Restore.prepare(request, timeline);
        new PlanAnswer(prepared, Restore.preview(request, prepared), time.safety().policy())
                .words(words);
        RestoreRequest asked = request;
        return new ReportedRestore(context.console(), output.json(), shown)
                .run(
                        "restore",
                        prepared,
                        store,
                        progress -> Restore.run(asked, prepared, progress));
    }
}
