package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every command line that the tests run through {@link CommandRun} is compared with the page. */
class JsonContractTest {
    private static final JsonContract SMALL =
            JsonContract.of(
                    """
                    ## status

                    ```
                    {age, why?, sets: [{name, more: {NAME: thing}}]}
                    ```

                    # Shapes

                    ## thing

                    ```
                    {size}
                    ```
                    """);

    private static List<String> differences(String document) {
        return SMALL.differences(new String[] {"status", "--json"}, document);
    }

    @Test
    void everyVerbThatPrintsJsonHasASection() {
        PrintStream nowhere = new PrintStream(java.io.OutputStream.nullOutputStream(), true);
        Context context =
                new Context(
                        new Console(nowhere, nowhere, false),
                        Settings.read(Optional.empty(), Map.of()),
                        Clock.systemUTC());
        TreeSet<String> print = new TreeSet<>(List.of("error"));
        for (Map.Entry<String, CommandLine> verb :
                Verbs.commandLine(context).getSubcommands().entrySet()) {
            // What the bench prints is for people who compare two runs of one release.
            if (verb.getValue().getCommandSpec().findOption("--json") != null
                    && !verb.getKey().equals("bench")) {
                print.add(verb.getKey());
            }
        }

        assertThat(JsonContract.documented().verbs()).containsExactlyElementsOf(print);
    }

    @Test
    void whatThePageTellsFits() {
        assertThat(differences("{\"age\": 1, \"sets\": []}")).isEmpty();
        assertThat(
                        differences(
                                "{\"age\": null, \"why\": [1, 2], \"sets\": [{\"name\": \"rs0\","
                                        + " \"more\": {\"a.b\": {\"size\": 1}, \"c\": null}}]}"))
                .isEmpty();
    }

    @Test
    void aKeyThatThePageDoesNotTellIsFoundHoweverDeep() {
        assertThat(
                        differences(
                                "{\"age\": 1, \"sets\": [{\"name\": \"rs0\", \"more\": {\"a\":"
                                        + " {\"size\": 1, \"secret\": 2}}}]}"))
                .containsExactly("status.sets[].more.a.secret is not in the contract");
        assertThat(differences("{\"age\": {\"seconds\": 1}, \"sets\": []}"))
                .singleElement()
                .asString()
                .contains("status.age holds more");
    }

    @Test
    void aKeyThatIsMissingIsFound() {
        assertThat(differences("{\"sets\": [{\"name\": \"rs0\"}]}"))
                .containsExactlyInAnyOrder(
                        "status.age is missing", "status.sets[].more is missing");
    }

    @Test
    void ofSeveralDocumentsOneMustFit() {
        JsonContract either =
                JsonContract.of("## audit\n\n```\n{at, entry: any}\n\n{at, gap}\n```\n# Shapes\n");
        String[] audit = {"audit", "--json"};

        assertThat(either.differences(audit, "{\"at\": 1, \"gap\": 2}\n{\"at\": 1, \"entry\": {}}"))
                .isEmpty();
        assertThat(either.differences(audit, "{\"at\": 1, \"gap\": 2, \"entry\": {}}"))
                .containsExactly("audit.gap is not in the contract");
    }

    @Test
    void aNotationThatIsWrongIsToldWhere() {
        assertThatThrownBy(() -> JsonShape.parse("{a, b: [c}"))
                .hasMessageContaining("needs ']' at 7");
    }
}
