package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * One command line, run in this process, and what came of it. What it prints with {@code --json} is
 * compared with the contract.
 */
public record CommandRun(ExitCode exitCode, String out, String err) {
    public static CommandRun of(String... arguments) {
        return with(Map.of(), arguments);
    }

    public static CommandRun with(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode exitCode =
                new Tidemark(
                                new Console(
                                        new PrintStream(out, true, StandardCharsets.UTF_8),
                                        new PrintStream(err, true, StandardCharsets.UTF_8),
                                        false),
                                environment,
                                Clock.systemUTC())
                        .run(arguments);
        String printed = out.toString(StandardCharsets.UTF_8);
        List<String> differences = JsonContract.documented().differences(arguments, printed);
        if (!differences.isEmpty()) {
            throw new AssertionError("docs/json.md tells it otherwise: " + differences);
        }
        return new CommandRun(exitCode, printed, err.toString(StandardCharsets.UTF_8));
    }

    /** What stdout holds, which must be one JSON document. */
    public JsonNode json() {
        try {
            return new ObjectMapper()
                    .enable(
                            com.fasterxml.jackson.databind.DeserializationFeature
                                    .FAIL_ON_TRAILING_TOKENS)
                    .readTree(out);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("stdout is not one JSON document:\n" + out + err, notJson);
        }
    }
}
