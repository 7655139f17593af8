package io.tidemark.cli;

import io.tidemark.cli.audit.AuditCommand;
import io.tidemark.cli.demo.DemoCommand;
import io.tidemark.cli.drill.DrillCommand;
import io.tidemark.cli.export.ExportCommand;
import io.tidemark.cli.imports.ImportCommand;
import io.tidemark.cli.prune.PruneCommand;
import io.tidemark.cli.restore.PlanCommand;
import io.tidemark.cli.restore.RestoreCommand;
import io.tidemark.cli.service.CaptureCommand;
import io.tidemark.cli.service.SinkCommand;
import io.tidemark.cli.service.StreamsCommand;
import io.tidemark.cli.snapshot.SnapshotCommand;
import io.tidemark.cli.standby.PromoteCommand;
import io.tidemark.cli.standby.StandbyCommand;
import io.tidemark.cli.status.StatusCommand;
import io.tidemark.cli.timeline.ExplainCommand;
import io.tidemark.cli.timeline.FindCommand;
import io.tidemark.cli.timeline.WindowsCommand;
import io.tidemark.cli.verify.VerifyCommand;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.timeline.window.Policy;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The verbs, wired. */
final class Verbs {
    private static final int WIDTH = 100;

    private Verbs() {}

    static CommandLine commandLine(Context context) {
        CommandLine root = new CommandLine(new TidemarkCommand());
        for (Object verb : verbs(context)) {
            root.addSubcommand(verb);
        }
        for (Verb verb : ServiceLoader.load(Verb.class)) {
            root.addSubcommand(verb.command(context));
        }
        for (CommandLine each : all(root)) {
            each.setDefaultValueProvider(new SettingsAsDefaults(context.settings()));
            each.setUsageHelpWidth(WIDTH);
            each.getCommandSpec().versionProvider(new Version());
        }
        root.setCaseInsensitiveEnumValuesAllowed(true);
        register(root, ClusterName.class, ClusterName::new);
        register(root, ReplicaSet.class, ReplicaSet::new);
        root.registerConverter(ClusterTime.class, new PointInTime());
        register(root, BucketUri.class, BucketUri::parse);
        register(root, Policy.class, Policy::of);
        register(root, URI.class, URI::create);
        register(root, Duration.class, Verbs::duration);
        register(root, Long.class, Verbs::wholeNumber);
        register(root, long.class, Verbs::wholeNumber);
        register(root, Integer.class, text -> Math.toIntExact(wholeNumber(text)));
        register(root, int.class, text -> Math.toIntExact(wholeNumber(text)));
        return root;
    }

    /** As in a configuration file, or as ISO-8601 has it. */
    private static Duration duration(String text) {
        Optional<Duration> time = ConfigReader.time(text);
        try {
            Duration found = time.isPresent() ? time.get() : Duration.parse(text);
            if (!found.isNegative()) {
                return found;
            }
        } catch (DateTimeParseException noDuration) {
            // Told below, like a negative one.
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no time: write 30s, 15m, 1h or 7d, or ISO-8601 like PT1H30M");
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException("'" + text + "' is no whole number in range");
        }
    }

    /** Our own types say in words why they refuse a text; picocli adds the option's name. */
    private static <T> void register(CommandLine root, Class<T> type, Function<String, T> parse) {
        root.registerConverter(
                type,
                text -> {
                    try {
                        return parse.apply(text);
                    } catch (IllegalArgumentException refused) {
                        throw new TypeConversionException(refused.getMessage());
                    } catch (ArithmeticException beyond) {
                        throw new TypeConversionException(
                                "'" + text + "' is no whole number in range");
                    }
                });
    }

    private static List<Object> verbs(Context context) {
        return List.of(
                new DemoCommand(context),
                new ImportCommand(context),
                new ExportCommand(context),
                new WindowsCommand(context),
                new ExplainCommand(context),
                new FindCommand(context),
                new AuditCommand(context),
                new PlanCommand(context),
                new RestoreCommand(context),
                new StandbyCommand(context),
                new PromoteCommand(context),
                new VerifyCommand(context),
                new SnapshotCommand(context),
                new DrillCommand(context),
                new PruneCommand(context),
                new StatusCommand(context),
                new CaptureCommand(context),
                new StreamsCommand(context),
                new SinkCommand(context));
    }

    static List<CommandLine> all(CommandLine root) {
        List<CommandLine> found = new ArrayList<>();
        Deque<CommandLine> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            CommandLine next = open.pop();
            found.add(next);
            open.addAll(next.getSubcommands().values());
        }
        return found;
    }

    static ExitCode call(ParseResult parsed, CommandLine root, Settings settings) throws Exception {
        List<CommandLine> line = parsed.asCommandLineList();
        CommandLine last = line.get(line.size() - 1);
        Object verb = last.getCommand();
        if (!(verb instanceof Service)) {
            MistypedKeys.refuse(settings, last, all(root));
        }
        CommandSpec options = last.getCommandSpec().mixins().get("common");
        if (options != null && options.userObject() instanceof CommonOptions common) {
            Logging.configure(common.verbosity(), verb instanceof Service);
        }
        if (verb instanceof Callable<?> callable && callable.call() instanceof ExitCode exitCode) {
            return exitCode;
        }
        throw new ParameterException(root, "Which verb? See tidemark --help.");
    }
}
