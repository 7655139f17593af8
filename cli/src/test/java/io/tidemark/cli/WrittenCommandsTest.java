package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * What documents and messages tell people to type. Whole lines of documents' code blocks parse;
 * where a text shows a part of a command, its verb and options exist. (Examples in {@code --help}
 * are {@code TidemarkTest}'s.)
 */
class WrittenCommandsTest {
    /** In Markdown between backquotes; in messages between apostrophes, in comments in a tag. */
    private static final Pattern MENTION =
            Pattern.compile("(?:[`']|@code )(?:\\./)?tidemark ([a-z|]+)([^`'\"}]*)");

    private static final Pattern OPTION = Pattern.compile("(?<= )--?[a-z][a-z.-]*");
    private static final Pattern BROKEN_STRING = Pattern.compile("\"\\s*\\+\\s*\"");

    @Test
    void everyLineOfADocumentsCodeBlockParses() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path document : files(".md")) {
            boolean code = false;
            for (String line : Files.readAllLines(document)) {
                code ^= line.startsWith("```");
                if (code && line.matches("(\\./)?tidemark .*")) {
                    lines.add(line);
                }
            }
        }

        assertThat(lines).hasSizeGreaterThan(10);
        lines.forEach(WrittenCommandsTest::requireParses);
    }

    @Test
    void whatIsMentionedExists() throws IOException {
        List<String> wrong = new ArrayList<>();
        int mentions = 0;
        for (Path file : Stream.concat(files(".md").stream(), files(".java").stream()).toList()) {
            String text = BROKEN_STRING.matcher(Files.readString(file)).replaceAll("");
            Matcher mention = MENTION.matcher(text);
            while (mention.find()) {
                mentions++;
                for (String verb : mention.group(1).split("\\|")) {
                    wrong(verb, mention.group(2)).forEach(w -> wrong.add(file + ": " + w));
                }
            }
        }

        assertThat(mentions).isGreaterThan(80);
        assertThat(wrong).isEmpty();
    }

    /** Two blanks begin a remark; an ellipsis stands for options that other lines tell. */
    private static void requireParses(String line) {
        String command = line.replaceFirst("^\\S+ ", "").replaceFirst(" {2,}.*", "");
        String[] words = command.replaceFirst("(?<=--at) T\\b", " 1712345678:5").split(" +");
        if (command.contains("…")) {
            assertThat(wrong(words[0], command)).as(line).isEmpty();
        } else {
            TidemarkTest.COMMANDS.parseArgs(words);
        }
    }

    private static List<String> wrong(String verb, String words) {
        CommandLine found = TidemarkTest.COMMANDS.getSubcommands().get(verb);
        if (verb.equals("bench")) {
            return List.of(); // Another module's, which this one doesn't know.
        }
        if (found == null) {
            return List.of("no verb " + verb);
        }
        return OPTION.matcher(words)
                .results()
                .map(option -> option.group())
                .filter(option -> found.getCommandSpec().findOption(option) == null)
                .map(option -> verb + " has no " + option)
                .toList();
    }

    /** Of the repository, without what a build leaves and without tests. */
    private static List<Path> files(String ending) throws IOException {
        Path repository = TidemarkTest.repository();
        List<String> left = List.of("target", "test", ".git", "CHANGELOG.md");
        try (Stream<Path> files = Files.walk(repository, 16)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(
                            file ->
                                    Arrays.stream(repository.relativize(file).toString().split("/"))
                                            .noneMatch(left::contains))
                    .toList();
        }
    }
}
