package io.tidemark.cli.demo;

import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Console;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.ScratchFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark demo}. */
@Command(
        name = "demo",
        description =
                "Show the whole path in this process: a simulated sharded cluster is written to,"
                        + " captured, archived, lost, restored to just before an accident, and"
                        + " compared document by document.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark demo",
            "  tidemark demo --seed 7 --shards 5 --json",
            "  tidemark demo --keep /tmp/demo"
        })
public final class DemoCommand implements Callable<ExitCode> {
    private static final int SHOWN_DIFFERENCES = 20;
    private final Context context;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Of the shop's choices. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--shards",
            defaultValue = "3",
            paramLabel = "N",
            description = "2 to 8. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Put all data into this folder, which must be empty or absent, and keep it: the"
                        + " archive is in s3/. Default: a temporary folder, removed afterwards.")
    private Path keep;

    public DemoCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() throws Exception {
        if (shards < 2 || shards > 8) {
            throw new ParameterException(
                    spec.commandLine(), "--shards must lie in 2 to 8 but is " + shards);
        }
        if (keep != null) {
            requireEmpty(keep);
            return run(Files.createDirectories(keep));
        }
        try (ScratchFolder folder = ScratchFolder.create("demo")) {
            return run(folder.path());
        }
    }

    private void requireEmpty(Path folder) throws java.io.IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (java.util.stream.Stream<Path> entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) {
                throw new ParameterException(
                        spec.commandLine(), "--keep " + folder + ": the folder is not empty");
            }
        }
    }

    private ExitCode run(Path folder) throws Exception {
        Console console = context.console();
        Story story = new Story(console.words(output.json()), console.terminal() && !output.json());
        DemoResult result = new Demo(seed, shards, folder, story).run();
        boolean same = result.differences().isEmpty();
        story.chapter(
                same
                        ? "The restored cluster is the one of the moment before the drop."
                        : "THE RESTORED CLUSTER DIFFERS: " + result.differences().size());
        result.differences().stream()
                .limit(SHOWN_DIFFERENCES)
                .forEach(difference -> story.text("%s", difference));
        story.text("%.1f s, seed %d", result.seconds(), seed);
        if (output.json()) {
            console.document(result.json());
        }
        return same ? ExitCode.DONE : ExitCode.DIFFERENCE;
    }
}
