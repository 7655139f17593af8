package io.tidemark.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of every verb. */
public final class CommonOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log more to stderr: once what changes state, twice everything.")
    private boolean[] verbose = {};

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Settings as 'key = value' lines. The environment (TIDEMARK_BUCKET for"
                            + " 'bucket') overrides them, flags override both. Default:"
                            + " $$TIDEMARK_CONFIG.")
    private Path config;

    int verbosity() {
        return verbose.length;
    }

    boolean debug() {
        return debug;
    }
}
