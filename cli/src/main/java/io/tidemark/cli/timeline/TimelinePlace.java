package io.tidemark.cli.timeline;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.KeyRingOption;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.net.URI;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whom the verbs about times ask: the archive, or the service that follows it live. */
final class TimelinePlace {
    @Option(
            names = "--bucket",
            paramLabel = "BUCKET",
            description =
                    "Where the archive lies, as for restore. Its stored timeline is used; where"
                            + " there is none, one is computed from the archived oplogs.")
    private BucketUri bucket;

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "The cluster's name in the archive; needed with --bucket.")
    private ClusterName cluster;

    @Mixin private KeyRingOption keyRing;

    @Option(
            names = "--api",
            paramLabel = "URL",
            description =
                    "Ask the timeline's HTTP API instead, for example http://127.0.0.1:8480: it"
                            + " knows what is captured and not yet stored.")
    private URI api;

    /** Answers a question of the place that the options name. */
    <T> T ask(Context context, Function<TimelineAnswers, T> question) {
        return ask(context, KnownTimeline::find, question);
    }

    /** The same after the timeline was computed anew and stored in the bucket. */
    <T> T askAnew(Context context, Function<TimelineAnswers, T> question) {
        if (api != null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--rebuild reads the archive and stores its timeline there: give --bucket and"
                            + " --cluster instead of --api.");
        }
        return ask(context, KnownTimeline::rebuild, question);
    }

    private <T> T ask(
            Context context,
            Function<KnownTimeline, ClusterTimeline> timeline,
            Function<TimelineAnswers, T> question) {
        if (api != null) {
            return question.apply(new ApiAnswers(api));
        }
        try (ObjectStore store = open()) {
            KnownTimeline known = new KnownTimeline(context, store, cluster, keyRing.keys());
            ClusterTimeline found = timeline.apply(known);
            found.notes().forEach(note -> context.console().err().println("tidemark: " + note));
            return question.apply(new BucketAnswers(found));
        }
    }

    private ObjectStore open() {
        if (bucket == null || cluster == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "Whose times? Give --bucket and --cluster, or --api URL of the service.");
        }
        return bucket.open();
    }

    /** A command to copy; what these options don't tell stands in capitals. */
    String restore(String time) {
        return "tidemark restore --bucket "
                + (bucket == null ? "BUCKET" : quoted(bucket.toString()))
                + " --cluster "
                + (cluster == null ? "NAME" : cluster)
                + " "
                + time
                + " --target RS=URI …";
    }

    /** For a shell, where the text holds what one takes for its own. */
    private static String quoted(String text) {
        return text.matches("[\\w:/.,=@%+-]+") ? text : "'" + text + "'";
    }
}
