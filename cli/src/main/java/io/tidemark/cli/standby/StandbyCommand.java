package io.tidemark.cli.standby;

import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.follow.FollowingOptions;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.schemas.model.ClusterTime;
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
                    + " stopped. Run again, it goes on. 'tidemark promote' makes a cluster of it."
                    + " The same as 'tidemark restore --follow'.",
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
    @Mixin private FollowingOptions following;

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
        RestoreOptions options = RestoreOptions.defaults().restarting(restart);
        return following.follow(
                context,
                standby.archive(),
                standby.shown().ofStandby(context.console(), standby.json()),
                store -> standby.request(context, store, ClusterTime.ZERO, options));
    }
}
