package io.tidemark.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a verb: version and help. */
@Command(
        name = "tidemark",
        description =
                "Continuous backup of MongoDB sharded clusters, and restore of every shard to the"
                        + " same cluster time.",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeOnInvalidInput = 2,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark demo",
            "  tidemark plan --bucket file:/backup --cluster shop --to 2026-11-20T10:00:00Z",
            "",
            "'tidemark VERB --help' shows a verb's options and examples."
        })
final class TidemarkCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    private boolean version;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which verb? See tidemark --help.");
    }
}
