package io.tidemark.cli.standby;

import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.MibPerSecond;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Standby;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import java.time.Duration;
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
                    + " stopped. Run again, it goes on. 'tidemark promote' makes a cluster of it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark standby --cluster shop --bucket file:/backup"
                    + " --target rs0=mongodb://new0:27018/ --target config=mongodb://newcfg:27019/",
            "  tidemark standby --config standby.properties --cluster shop --bucket file:/backup"
                    + " --delay PT1H --max-mib-per-second 20",
            "",
            "SIGTERM or ^C ends it between two entries with exit code 0. A killed one goes on too."
        })
public final class StandbyCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private StandbyOptions standby;
    @Mixin private KafkaOptions kafka;

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
            converter = MibPerSecond.Converter.class,
            description =
                    "Apply no faster than this, in MiB of oplog entries of all replica sets"
                            + " together; the base is loaded as fast as it goes. Default: no"
                            + " limit.")
    private MibPerSecond rate;

    @Option(
            names = "--restart",
            description =
                    "Take back what the targets hold of an earlier standby or restore that was cut"
                            + " off, and begin with the newest base.")
    private boolean restart;

    public StandbyCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        FollowOptions options =
                new FollowOptions(
                        delay, rate == null ? 0 : rate.bytes(), FollowOptions.DEFAULT.poll());
        StandbyDisplay display =
                new StandbyDisplay(context.console(), standby.json(), standby.shown());
        try (ObjectStore store = standby.archive().open();
                OplogTail tail = tail();
                Following following = new Following(display)) {
            RestoreRequest request =
                    standby.request(
                            context,
                            store,
                            ClusterTime.ZERO,
                            RestoreOptions.defaults().restarting(restart));
            FollowStatus end = Standby.follow(request, options, tail, display, following);
            display.ended(end);
            following.done();
            return ExitCode.DONE;
        }
    }

    private OplogTail tail() {
        return kafka.place(context)
                .<OplogTail>map(place -> KafkaOplogTail.of(standby.archive().cluster(), place))
                .orElse(OplogTail.NONE);
    }
}
