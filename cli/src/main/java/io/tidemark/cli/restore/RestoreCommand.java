package io.tidemark.cli.restore;

import io.tidemark.capture.SourceLocks;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.GoingOn;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.follow.FollowingOptions;
import io.tidemark.cli.operation.KeptTurn;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.cli.operation.SourceOptions;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.ExternalBase;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestorePreview;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark restore}. */
@Command(
        name = "restore",
        description =
                "Restore a cluster to one cluster time and verify the result: every replica set"
                        + " into its own target, or all of them, or single collections, into one."
                        + " Reads the bucket only; a target that holds data is refused, unless"
                        + " what is in the way is named. A restore into empty targets that was cut"
                        + " off goes on when the same is run again. With --follow it goes on with"
                        + " what its source writes, until 'tidemark promote' ends that: then it is"
                        + " 'tidemark standby'.",
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
            "  tidemark restore --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 1712345678:5 --replace shop,crm --keep-previous",
            "  tidemark restore --bucket file:/backup --cluster shop --to 1712345678:5"
                    + " --target merged=mongodb://one:27017/",
            "  tidemark restore --bucket file:/backup --cluster shop --before-drop shop.orders"
                    + " --target merged=mongodb://mongos:27017/ --ns shop.orders"
                    + " --as shop.orders_restored",
            "  tidemark restore --config restore.properties --bucket file:/backup --cluster shop"
                    + " --to 1712345678:5 --base external",
            "  tidemark restore --follow --config standby.properties --bucket file:/backup"
                    + " --cluster shop --delay PT1H --kafka k1:9092"
        })
public final class RestoreCommand implements Callable<ExitCode> {
    /** Options that a restore with a time understands alone. */
    private static final List<String> ENDS_AT_A_TIME =
            List.of(
                    "--force-unsafe",
                    "--no-accounts",
                    "--source-uri",
                    "--base",
                    "--base-time",
                    "--base-end");

    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private SafetyOption safety;
    @Mixin private TargetOptions targets;
    @Mixin private SourceOptions source;
    @Mixin private BaseOption base;
    @Mixin private ProgressOption shown;
    @Mixin private FollowingOptions following;

    @ArgGroup(multiplicity = "1")
    private Until until;

    @Spec private CommandSpec spec;

    /** A time, or none. */
    static final class Until {
        @ArgGroup(multiplicity = "1")
        private TimeOption.Point point;

        @Option(
                names = "--follow",
                description =
                        "To no time: load the newest base and go on with what the source writes, as"
                                + " a standby. What is said of 'tidemark standby' holds for it.")
        private boolean follow;
    }

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
        requireTogether();
        targets.requireUsable(context);
        return until.follow ? follow() : restore();
    }

    /** Each option that is given means something here. */
    private void requireTogether() {
        List<String> without = until.follow ? ENDS_AT_A_TIME : FollowingOptions.NAMES;
        without.stream()
                .filter(name -> spec.commandLine().getParseResult().hasMatchedOption(name))
                .findFirst()
                .ifPresent(
                        name -> {
                            throw new CommandFailure(
                                    ExitCode.USAGE,
                                    name
                                            + (until.follow
                                                    ? " means nothing to a standby (--follow):"
                                                            + " leave it out. How it ends is told"
                                                            + " to 'tidemark promote'."
                                                    : " belongs to --follow: a restore to a time"
                                                            + " reads the bucket alone, as fast as"
                                                            + " it goes."));
                        });
    }

    private ExitCode follow() {
        RestoreOptions options = RestoreOptions.defaults().restarting(restart);
        return following.follow(
                context,
                archive,
                shown.ofStandby(context.console(), output.json()),
                store ->
                        targets.request(
                                context,
                                archive,
                                store,
                                ClusterTime.ZERO,
                                options,
                                safety.safety()));
    }

    private ExitCode restore() {
        Optional<SourceLocks> locks = source.locks(context);
        PrintStream words = context.console().words(output.json());
        try (ObjectStore store = archive.open();
                KeptTurn turn =
                        new OperationTurns(context, store, archive.cluster(), words)
                                .forRestore(locks)) {
            ExitCode code = restore(store, words);
            turn.succeeded();
            return code;
        } finally {
            locks.ifPresent(SourceLocks::close);
        }
    }

    private ExitCode restore(ObjectStore store, PrintStream words) {
        long begun = System.nanoTime();
        TimeOption.Point time = until.point;
        ClusterTimeline timeline = time.timeline(new KnownTimeline(context, archive, store));
        RestoreRequest request =
                targets.request(
                        context,
                        archive,
                        store,
                        time.to(timeline, words),
                        RestoreOptions.defaults().restarting(restart).withAccounts(!noAccounts),
                        safety.safety());
        Optional<ExternalBase> external = base.external();
        request = external.isPresent() ? request.over(external.get()) : request;
        PreparedRestore prepared = Restore.prepare(request, timeline);
        RestorePreview preview = Restore.preview(request, prepared, begun);
        new PlanAnswer(prepared, preview, safety.safety().policy()).words(words);
        RestoreRequest asked = request;
        GoingOn goingOn = GoingOn.restore(restart, external.isPresent());
        return new ReportedRestore(context.console(), output.json(), shown, goingOn, begun)
                .run(
                        "restore",
                        prepared,
                        store,
                        progress -> Restore.run(asked, prepared, progress));
    }
}
