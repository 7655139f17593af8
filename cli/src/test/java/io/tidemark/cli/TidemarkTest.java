package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TidemarkTest {
    static final CommandLine COMMANDS =
            Verbs.commandLine(
                    new Context(
                            Console.ofProcess(),
                            Settings.read(Optional.empty(), Map.of()),
                            Clock.systemUTC()));

    @Test
    void answersWithVersionAndHelpOnStdout() {
        assertThat(CommandRun.of("--version").out()).matches("(?s)tidemark \\d+\\.\\d+.*\\(Java.*");
        CommandRun help = CommandRun.of("--help");
        assertThat(help.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(help.out()).contains(COMMANDS.getSubcommands().keySet());
        assertThat(help.err()).isEmpty();
    }

    @Test
    void noVerbAndUnknownVerbsAreUsageErrors() {
        assertThat(CommandRun.of().exitCode()).isEqualTo(ExitCode.USAGE);
        CommandRun unknown = CommandRun.of("restroe");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err()).contains("restroe").contains("--help").doesNotContain("\tat ");
    }

    /** None of these reaches a bucket or a server. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "audit --id 99999999999999999999 | is no extended JSON",
                "audit --id {\"$oid\":\"zz\"} | is no extended JSON",
                "audit --id {\"$binary\":{\"base64\":\"!\",\"subType\":\"0\"}} | is no extended"
                        + " JSON",
                "audit --id 1,\"w\":2 | is no extended JSON",
                "audit --ns= | --ns is empty",
                "audit --limit 0 | 1 or more, not 0",
                "audit --limit 1e3 | '1e3' is no whole number",
                "prune --keep-days 99999999999 | '99999999999' is no whole number",
                "find --ns= | --ns is empty",
                "find --api 5_%_x | Illegal character|Malformed",
                "standby --target a=mongodb://x/ --delay 5y | write 30s, 15m, 1h or 7d",
                "standby --target a=mongodb://x/ --delay -PT1S | write 30s, 15m, 1h or 7d",
                "find --config nowhere | 'nowhere' can't be read: there is no such file",
                "find --config / | can't be read: Is a directory",
            })
    void aValueThatCantBeIsAUsageErrorInTheWordsOfOperators(String line) {
        String[] parts = line.split(" \\| ", 2);
        List<String> words = new ArrayList<>(List.of(parts[0].split(" ")));
        if (!words.contains("--api")) {
            words.addAll(List.of("--cluster=c", "--bucket=file:/nowhere"));
        }

        CommandRun run = CommandRun.of(words.toArray(String[]::new));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).containsPattern(parts[1]).doesNotContain("xception", "java.");
    }

    @Test
    void aDelayIsWrittenAsInAConfigurationFileOrAsIsoHasIt() {
        for (String delay : List.of("1h", "PT1H", "90m", "0s")) {
            CommandRun run =
                    CommandRun.of(
                            "standby",
                            "--cluster=c",
                            "--bucket=file:/nowhere",
                            "--delay=" + delay,
                            "--name=../x",
                            "--target=a=mongodb://x/");
            assertThat(run.err()).as(delay).contains("the name of a standby");
        }
    }

    @Test
    void aMistypedVerbIsToldTheOneThatWasMeant() {
        assertThat(CommandRun.of("restroe").err()).contains("Did you mean restore");
    }

    @Test
    void aFailureUnderJsonIsOneDocumentToo() {
        CommandRun run = CommandRun.of("import", "--json");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(2);
        assertThat(run.json().at("/error/message").asText()).contains("--bucket");
    }

    @Test
    void aConfigurationFileThatIsNotThereIsAUsageError() {
        CommandRun run = CommandRun.of("import", "--config", "/nowhere/tidemark.properties");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("/nowhere/tidemark.properties");
    }

    @TestFactory
    List<DynamicTest> everyVerbShowsExamplesThatParse() {
        return COMMANDS.getSubcommands().entrySet().stream()
                .map(
                        verb ->
                                DynamicTest.dynamicTest(
                                        verb.getKey(), () -> requireExamples(verb.getValue())))
                .toList();
    }

    private static void requireExamples(CommandLine verb) {
        List<String> examples =
                Arrays.stream(verb.getCommandSpec().usageMessage().footer())
                        .map(String::strip)
                        .filter(line -> line.startsWith("tidemark "))
                        .toList();
        assertThat(examples).as("examples of " + verb.getCommandName()).isNotEmpty();
        for (String example : examples) {
            String[] words = example.split(" +");
            COMMANDS.parseArgs(Arrays.copyOfRange(words, 1, words.length));
        }
        assertThat(verb.getCommandSpec().usageMessage().description()).isNotEmpty();
    }

    @Test
    void theReadmeListsEveryExitCodeAndVerb() throws Exception {
        String readme = Files.readString(repository().resolve("README.md"));
        for (ExitCode code : ExitCode.values()) {
            assertThat(readme).contains("| " + code.number() + " | " + code.meaning() + " |");
        }
        for (String verb : COMMANDS.getSubcommands().keySet()) {
            assertThat(readme).contains("`" + verb + "`");
        }
    }

    @Test
    void theReadmeListsEverySettingOfTheServices() throws Exception {
        String readme = Files.readString(repository().resolve("README.md"));
        Pattern asked =
                Pattern.compile(
                        "\\b(?:text|optional\\w+|number|bytes|duration|flag|parsed|seconds)"
                                + "\\(\\s*(?:reader,\\s*)?\"([a-z]+(?:\\.[a-z]+)*)\"");
        Set<String> keys = new TreeSet<>();
        for (String source :
                List.of(
                        "capture/src/main/java/io/tidemark/capture/CaptureConfig.java",
                        "sink/src/main/java/io/tidemark/sink/SinkConfig.java",
                        "schemas/src/main/java/io/tidemark/schemas/registry/RegistryConfig.java")) {
            Matcher key = asked.matcher(Files.readString(repository().resolve(source)));
            while (key.find()) {
                keys.add(key.group(1));
            }
        }
        assertThat(keys).hasSizeGreaterThan(30);
        assertThat(keys).allSatisfy(key -> assertThat(readme).contains("`" + key + "`"));
    }

    /** The folder of the whole build, from wherever the test runs. */
    static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
