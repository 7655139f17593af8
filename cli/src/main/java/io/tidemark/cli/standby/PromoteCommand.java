package io.tidemark.cli.standby;

import io.tidemark.capture.SourceLocks;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.GoingOn;
import io.tidemark.cli.operation.KeptTurn;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.cli.operation.SourceOptions;
import io.tidemark.cli.restore.ReportedRestore;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Standby;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark promote}. */
@Command(
        name = "promote",
        description =
                "Make a cluster of a standby, at exactly one safe cluster time on all shards: apply"
                    + " up to it and no further, decide open transactions, remove orphans, build"
                    + " indexes, write its identity, verify and report, as 'tidemark restore' does."
                    + " Reads the bucket alone. Stop 'tidemark standby' first.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark promote --cluster shop --bucket file:/backup --at 1712345678:5"
                    + " --target rs0=mongodb://new0:27018/ --target config=mongodb://newcfg:27019/",
            "  tidemark promote --config standby.properties --cluster shop --bucket file:/backup"
                    + " --at 2026-11-20T10:00:00Z --json"
        })
public final class PromoteCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private StandbyOptions standby;
    @Mixin private SourceOptions source;

    @Option(
            names = "--at",
            required = true,
            paramLabel = "T",
            description =
                    "The cluster time (1712345678:5), or a second in ISO-8601, inclusive. It must"
                            + " be safe, and not before what the standby has applied already.")
    private ClusterTime at;

    @Option(
            names = "--no-accounts",
            description =
                    "Leave users and roles as the targets have them. Without it the source's come"
                            + " with their passwords, as with 'restore'.")
    private boolean noAccounts;

    @Option(
            names = "--force-unsafe",
            description =
                    "Promote to a time that is not safe, half-done work included; the report names"
                            + " what may be wrong. What the standby has passed can't be forced.")
    private boolean forceUnsafe;

    public PromoteCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        Optional<SourceLocks> locks = source.locks(context);
        PrintStream words = context.console().words(standby.json());
        try (ObjectStore store = standby.archive().open();
                KeptTurn turn =
                        new OperationTurns(context, store, standby.archive().cluster(), words)
                                .forRestore(locks)) {
            ExitCode code = promote(store);
            turn.succeeded();
            return code;
        } finally {
            locks.ifPresent(SourceLocks::close);
        }
    }

    private ExitCode promote(ObjectStore store) {
        long begun = System.nanoTime();
        RestoreOptions options = RestoreOptions.defaults().withAccounts(!noAccounts);
        RestoreRequest request = standby.request(context, store, at, options, forceUnsafe);
        ClusterTimeline timeline =
                new KnownTimeline(context, standby.archive(), store).findWindows();
        PreparedRestore prepared = Standby.prepare(request, timeline);
        GoingOn goingOn = GoingOn.promotion();
        return new ReportedRestore(
                        context.console(), standby.json(), standby.shown(), goingOn, begun)
                .run(
                        "promote",
                        prepared,
                        store,
                        progress -> Standby.promote(request, prepared, progress));
    }
}
