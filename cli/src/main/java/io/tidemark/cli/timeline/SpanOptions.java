package io.tidemark.cli.timeline;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.PointInTime;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import picocli.CommandLine.ITypeConverter;
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

    /** The other end of a second than that of a restore point. */
    static final class BeginningOfSecond implements ITypeConverter<ClusterTime> {
        @Override
        public ClusterTime convert(String text) {
            ClusterTime time = new PointInTime().convert(text);
            return ClusterTime.parse(text).isPresent() ? time : new ClusterTime(time.seconds(), 0);
        }
    }
}
