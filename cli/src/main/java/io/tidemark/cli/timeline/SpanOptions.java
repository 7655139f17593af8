package io.tidemark.cli.timeline;

import io.tidemark.cli.BeginningOfSecond;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import picocli.CommandLine.Option;

/** The times that a question is about. */
final class SpanOptions {
    @Option(
            names = "--from",
            paramLabel = "T",
            converter = BeginningOfSecond.class,
            description =
                    "Only what touches times from here on: 1712345678:5, or ISO-8601 with an"
                            + " offset for the beginning of that second.")
    private ClusterTime from;

    @Option(
            names = "--to",
            paramLabel = "T",
            description = "Only what touches times up to here; ISO-8601 for the end of a second.")
    private ClusterTime to;

    RestoreWindow span() {
        ClusterTime first = from == null ? ClusterTime.ZERO : from;
        ClusterTime last = to == null ? ClusterTime.MAX : to;
        if (last.isBefore(first)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--from " + first + " lies after --to " + last + ".");
        }
        return new RestoreWindow(first, last);
    }

    boolean isGiven() {
        return from != null || to != null;
    }
}
