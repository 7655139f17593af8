package io.tidemark.cli.restore;

import io.tidemark.schemas.model.ClusterTime;
import picocli.CommandLine.Option;

/** To which cluster time. */
final class TimeOption {
    @Option(
            names = "--to",
            required = true,
            paramLabel = "T",
            description =
                    "The last cluster time whose changes are in: 1712345678:5 exactly, or ISO-8601"
                            + " with an offset for the whole of that second.")
    private ClusterTime to;

    ClusterTime to() {
        return to;
    }
}
