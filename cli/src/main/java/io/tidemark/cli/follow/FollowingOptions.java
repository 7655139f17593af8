package io.tidemark.cli.follow;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.GoingOn;
import io.tidemark.cli.MibPerSecond;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Standby;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.storage.object.ObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a source is followed: the same words after {@code standby} and {@code restore --follow}. */
public final class FollowingOptions {
    /** Those that mean nothing to a restore that ends at a time. */
    public static final List<String> NAMES =
            List.of("--delay", "--max-mib-per-second", "--kafka", "--registry", "--name");

    @Mixin private KafkaOptions kafka;

    @Option(
            names = "--delay",
            paramLabel = "DURATION",
            defaultValue = "PT0S",
            description =
                    "Following, stay so far behind the newest entry that is known, in cluster time:"
                            + " PT30M, PT1H. Within it a mistake can still be left out. Default:"
                            + " none.")
    private Duration delay;

    @Option(
            names = "--max-mib-per-second",
            paramLabel = "N",
            converter = MibPerSecond.Converter.class,
            description =
                    "Following, apply no faster than this, in MiB of oplog entries of all replica"
                            + " sets together; the base is loaded as fast as it goes. Default: no"
                            + " limit.")
    private MibPerSecond rate;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "",
            description =
                    "Following, how 'tidemark status' and 'tidemark prune' call this standby."
                            + " Default: standby- and the beginning of its id.")
    private String name;

    /**
     * Follows until the process is asked to end.
     *
     * @param request into which targets; its time is of no interest
     */
    public ExitCode follow(
            Context context,
            ArchiveOptions archive,
            StandbyDisplay display,
            Function<ObjectStore, RestoreRequest> request) {
        FollowOptions options = options();
        try (ObjectStore store = archive.open();
                OplogTail tail = tail(context, archive);
                Following following = new Following(display)) {
            RestoreRequest asked = request.apply(store);
            FollowStatus end =
                    GoingOn.standby(asked.options().restart())
                            .told(() -> Standby.follow(asked, options, tail, display, following));
            display.ended(end);
            following.done();
            return ExitCode.DONE;
        }
    }

    private FollowOptions options() {
        try {
            return new FollowOptions(
                    delay, rate == null ? 0 : rate.bytes(), FollowOptions.DEFAULT.poll(), name);
        } catch (IllegalArgumentException refused) {
            throw new CommandFailure(ExitCode.USAGE, refused.getMessage(), refused);
        }
    }

    private OplogTail tail(Context context, ArchiveOptions archive) {
        return kafka.place(context)
                .<OplogTail>map(place -> KafkaOplogTail.of(archive.cluster(), place))
                .orElse(OplogTail.NONE);
    }
}
