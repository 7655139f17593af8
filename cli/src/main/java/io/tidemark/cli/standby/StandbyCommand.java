package io.tidemark.cli.standby;

import io.tidemark.capture.SourceLocks;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.PolicyOption;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.cli.operation.KeptTurn;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.cli.operation.SourceOptions;
import io.tidemark.cli.restore.ProgressOption;
import io.tidemark.cli.restore.ReportedRestore;
import io.tidemark.cli.restore.TargetOptions;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.Standby;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark standby}. */
@Command(
        name = "standby",
        description =
                "Keep a second cluster behind a source: load the newest base, then apply what the"
                    + " source writes as it is archived (and, with --kafka, published), until it is"
                    + " stopped. Run again, it goes on. With --promote-at it is finished at exactly"
                    + " one safe cluster time on all shards, verified and reported, as 'tidemark"
                    + " restore' does.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark standby --cluster shop --bucket file:/backup"
                    + " --target rs0=mongodb://new0:27018/ --target config=mongodb://newcfg:27019/",
            "  tidemark standby --config standby.properties --cluster shop --bucket file:/backup"
                    + " --delay PT1H --max-mib-per-second 20",
            "  tidemark standby --config standby.properties --cluster shop --bucket file:/backup"
                    + " --promote-at 1712345678:5 --json",
            "",
            "SIGTERM or ^C ends it between two entries with exit code 0. A killed one goes on too."
        })
public final class StandbyCommand implements Callable<ExitCode> {
    private static final double MIB = 1 << 20;
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private PolicyOption policy;
    @Mixin private TargetOptions targets;
    @Mixin private SourceOptions source;
    @Mixin private KafkaOptions kafka;
    @Mixin private ProgressOption shown;

    @Option(
            names = "--promote-at",
            paramLabel = "T",
            description =
                    "Apply up to this cluster time and no further, and make a cluster of the"
                            + " targets: decide open transactions, remove orphans, build indexes,"
                            + " write its identity, verify. T must be safe and not before what is"
                            + " applied already. Reads the bucket alone.")
    private ClusterTime promoteAt;

    @Option(
            names = "--delay",
            paramLabel = "DURATION",
            defaultValue = "PT0S",
            description =
                    "Stay so far behind the newest entry that is known, in cluster time: PT30M,"
                            + " PT1H. Within it a mistake can still be left out. Default: none.")
    private Duration delay;

    @Option(
            names = "--max-mib-per-second",
            paramLabel = "N",
            description =
                    "Apply no faster than this, in MiB of oplog entries of all replica sets"
                            + " together; the base is loaded as fast as it goes. Default: no"
                            + " limit.")
    private Double rate;

    @Option(
            names = "--restart",
            description =
                    "Take back what the targets hold of an earlier standby or restore that was cut"
                            + " off, and begin with the newest base.")
    private boolean restart;

    @Option(
            names = "--no-accounts",
            description =
                    "With --promote-at: leave users and roles as the targets have them. Without it"
                            + " the source's come with their passwords, as with 'restore'.")
    private boolean noAccounts;

    public StandbyCommand(Context context) {
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
        if (promoteAt != null && restart) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--restart begins a standby anew, --promote-at ends one: give one of them.");
        }
        try (ObjectStore store = archive.open()) {
            return promoteAt == null ? follow(store, uris) : promote(store, uris);
        }
    }

    private RestoreRequest request(ObjectStore store, Map<String, String> uris, ClusterTime to) {
        return new RestoreRequest(
                store,
                archive.keys(),
                archive.cluster(),
                to,
                uris,
                RestoreOptions.defaults().restarting(restart).withAccounts(!noAccounts),
                new Safety(policy.policy(), false),
                targets.placement(context));
    }

    private ExitCode follow(ObjectStore store, Map<String, String> uris) {
        FollowOptions options =
                new FollowOptions(delay, bytesPerSecond(), FollowOptions.DEFAULT.poll());
        StandbyDisplay display = new StandbyDisplay(context.console(), output.json(), shown);
        try (OplogTail tail = tail();
                Following following = new Following(display)) {
            FollowStatus end =
                    Standby.follow(
                            request(store, uris, ClusterTime.ZERO),
                            options,
                            tail,
                            display,
                            following);
            display.ended(end);
            following.done();
            return ExitCode.DONE;
        }
    }

    private OplogTail tail() {
        return kafka.place(context)
                .<OplogTail>map(place -> KafkaOplogTail.of(archive.cluster(), place))
                .orElse(OplogTail.NONE);
    }

    private long bytesPerSecond() {
        if (rate == null) {
            return 0;
        }
        if (!(rate > 0 && rate <= 1 << 20)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--max-mib-per-second must be more than 0 and at most 1048576 but is " + rate);
        }
        return Math.max(1, (long) (rate * MIB));
    }

    private ExitCode promote(ObjectStore store, Map<String, String> uris) {
        PrintStream words = context.console().words(output.json());
        Optional<SourceLocks> locks = source.locks(context);
        try (KeptTurn turn =
                new OperationTurns(context, store, archive.cluster(), words).forRestore(locks)) {
            ClusterTimeline timeline = new KnownTimeline(context, archive, store).findWindows();
            RestoreRequest request = request(store, uris, promoteAt);
            PreparedRestore prepared = Standby.prepare(request, timeline);
            ExitCode code =
                    new ReportedRestore(context.console(), output.json(), shown)
                            .run(
                                    "promote",
                                    prepared,
                                    store,
                                    progress -> Standby.promote(request, prepared, progress));
            turn.succeeded();
            return code;
        } finally {
            locks.ifPresent(SourceLocks::close);
        }
    }
}
