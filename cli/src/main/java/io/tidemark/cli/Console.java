package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.Objects;

/**
 * Where the command speaks. Without {@code --json} words are the answer and go to stdout; with it
 * the one JSON document goes to stdout and every word to stderr.
 *
 * @param out the process's stdout
 * @param err the process's stderr
 * @param terminal whether a person watches: progress bars and colour only then
 */
public record Console(PrintStream out, PrintStream err, boolean terminal) {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public Console {
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
    }

    /** The process's own streams. */
    static Console ofProcess() {
        return new Console(System.out, System.err, System.console() != null);
    }

    /** Where words go. */
    public PrintStream words(boolean json) {
        return json ? err : out;
    }

    /** Prints the one document of {@code --json}. */
    public void document(JsonNode document) {
        try {
            out.println(JSON.writeValueAsString(document));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON nodes was not printable", impossible);
        }
        out.flush();
    }
}
