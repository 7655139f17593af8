package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs one command line: parse, call the verb, turn the outcome into an exit code. */
public final class Tidemark {
    private final Console console;
    private final Map<String, String> environment;
    private final Clock clock;

    public Tidemark(Console console, Map<String, String> environment, Clock clock) {
        this.console = console;
        this.environment = Map.copyOf(environment);
        this.clock = clock;
    }

    /** Never throws: every failure becomes words on stderr and an exit code. */
    public ExitCode run(String... arguments) {
        boolean json = List.of(arguments).contains("--json");
        boolean debug = List.of(arguments).contains("--debug");
        try {
            return execute(arguments);
        } catch (ParameterException wrong) {
            return usage(wrong, json);
        } catch (Throwable thrown) {
            return failed(thrown, json, debug);
        }
    }

    private ExitCode execute(String[] arguments) throws Exception {
        Settings settings = Settings.read(configFile(arguments), environment);
        CommandLine commands = Verbs.commandLine(new Context(console, settings, clock));
        ParseResult parsed = commands.parseArgs(arguments);
        if (CommandLine.printHelpIfRequested(
                parsed.asCommandLineList(),
                console.out(),
                console.err(),
                CommandLine.Help.defaultColorScheme(
                        console.terminal()
                                ? CommandLine.Help.Ansi.AUTO
                                : CommandLine.Help.Ansi.OFF))) {
            return ExitCode.DONE;
        }
        return Verbs.call(parsed, commands, settings);
    }

    /** Needed before parsing, because defaults of options come from it. */
    private static Optional<Path> configFile(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith("--config=")) {
                return Optional.of(Path.of(arguments[i].substring("--config=".length())));
            }
            if (arguments[i].equals("--config") && i + 1 < arguments.length) {
                return Optional.of(Path.of(arguments[i + 1]));
            }
        }
        return Optional.empty();
    }

    private ExitCode usage(ParameterException wrong, boolean json) {
        String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
        report(
                ExitCode.USAGE,
                wrong.getMessage() + meant(wrong) + "\nSee: " + name + " --help",
                json);
        return ExitCode.USAGE;
    }

    /** The verbs and options that a mistyped word is like. */
    private static String meant(ParameterException wrong) {
        List<String> like =
                wrong instanceof UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        return like.isEmpty() ? "" : ". Did you mean " + String.join(" or ", like) + "?";
    }

    private ExitCode failed(Throwable thrown, boolean json, boolean debug) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        Failures.Meaning meaning = Failures.of(thrown);
        report(meaning.exitCode(), meaning.message(), json);
        if (debug) {
            thrown.printStackTrace(console.err());
        }
        return meaning.exitCode();
    }

    private void report(ExitCode exitCode, String message, boolean json) {
        console.err().println("tidemark: " + message);
        if (json) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.putObject("error")
                    .put("exitCode", exitCode.number())
                    .put("meaning", exitCode.meaning())
                    .put("message", message);
            console.document(error);
        }
    }
}
