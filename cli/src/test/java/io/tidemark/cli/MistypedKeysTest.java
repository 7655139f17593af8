package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MistypedKeysTest {
    /** A table's row in the README: one key, or several, in its first column. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[a-z].*?) \\|");

    private static final Pattern KEY = Pattern.compile("`([a-z.]+)`");

    @TempDir private Path folder;

    private CommandRun windows(String lines) throws IOException {
        Path bucket = Files.createDirectories(folder.resolve("bucket"));
        Path file = Files.writeString(folder.resolve("t.properties"), lines);
        return CommandRun.of(
                "windows",
                "--config",
                file.toString(),
                "--bucket",
                "file:" + bucket,
                "--cluster",
                "shop",
                "--json");
    }

    @ParameterizedTest
    @CsvSource({"polcy, policy", "policie, policy", "buckte, bucket", "cluser, cluster"})
    void aKeyThatReadsLikeAnOptionIsRefusedWithWhatWasMeant(String key, String meant)
            throws IOException {
        CommandRun run = windows(key + " = strict");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'" + key + "'").contains("did you mean '" + meant + "'");
        assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "source.batch.byte, source.batch.bytes",
        "slice.maxtime, slice.max.time",
        "fronteir.interval, frontier.interval",
        "retention.day, retention.days"
    })
    void aKeyThatReadsLikeAServicesIsRefusedInAFileThatServesBoth(String key, String meant)
            throws IOException {
        CommandRun run = windows("source.batch.bytes = 1MiB\n" + key + " = 1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'" + key + "'").contains("did you mean '" + meant + "'");
    }

    @ParameterizedTest
    @CsvSource({"json, true", "rebuild, true"})
    void anOptionThatOnlyACommandLineCanGiveIsRefused(String key, String value) throws IOException {
        CommandRun run = windows(key + " = " + value);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'" + key + "'").contains("only a command line can, by --");
    }

    @ParameterizedTest
    @CsvSource({
        "policy, strict",
        "target, rs0",
        "slice.max.bytes, 5",
        "concurrency, 3",
        "kafka.max.poll.record, 3",
        "target.rs0.password, secret",
        "our.own.note, 1",
        "keep-days, 7"
    })
    void aKeyOfAnotherVerbOrOfAServiceIsLeftAlone(String key, String value) throws IOException {
        assertThat(windows(key + " = " + value).err()).doesNotContain("The configuration file");
    }

    @Test
    void noKeyThatTheReadmeDocumentsForAServiceReadsLikeAnOption() throws IOException {
        Path readme = Path.of("..", "README.md");
        assumeThat(readme).exists();
        List<String> keys =
                ROW.matcher(Files.readString(readme))
                        .results()
                        .flatMap(row -> KEY.matcher(row.group(1)).results())
                        .map((MatchResult key) -> key.group(1))
                        .toList();
        assertThat(keys).contains("source.batch.bytes", "threads", "puts", "retention");

        Set<String> names =
                Verbs.commandLine(context(Settings.read(Optional.empty(), Map.of())))
                        .getSubcommands()
                        .keySet();
        Path file = folder.resolve("all.properties");
        Files.write(
                file,
                keys.stream()
                        .distinct()
                        .filter(key -> !names.contains(key)) // verbs stand in a table too
                        .map(key -> key + " = 1")
                        .toList());
        Settings settings = Settings.read(Optional.of(file), Map.of());
        List<CommandLine> verbs = Verbs.all(Verbs.commandLine(context(settings)));
        assertThat(verbs).hasSizeGreaterThanOrEqualTo(20);
        for (CommandLine verb : verbs) {
            MistypedKeys.refuse(settings, verb, verbs);
        }
    }

    private static Context context(Settings settings) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new Context(new Console(nowhere, nowhere, false), settings, Clock.systemUTC());
    }
}
