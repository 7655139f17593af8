package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code docs/json.md} says of the documents of {@code --json}; compares documents with it.
 */
public final class JsonContract {
    private static final Pattern SECTION =
            Pattern.compile(
                    "^## ([^\\n]+)\\n\\n```\\n(.+?)\\n```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonContract DOCUMENTED = read();
    private final Map<String, JsonShape> verbs = new TreeMap<>();
    private final Map<String, JsonShape> shapes = new TreeMap<>();

    private JsonContract(String page) {
        int begin = page.indexOf("# Shapes");
        sections(page.substring(0, begin), verbs);
        sections(page.substring(begin), shapes);
    }

    private static void sections(String page, Map<String, JsonShape> into) {
        Matcher section = SECTION.matcher(page);
        while (section.find()) {
            JsonShape shape = JsonShape.parse(section.group(2));
            for (String name : section.group(1).split(", ")) {
                into.put(name, shape);
            }
        }
    }

    private static JsonContract read() {
        try {
            return new JsonContract(
                    Files.readString(TidemarkTest.repository().resolve("docs/json.md")));
        } catch (IOException e) {
            throw new UncheckedIOException("the page is missing", e);
        }
    }

    /** Of the repository. */
    public static JsonContract documented() {
        return DOCUMENTED;
    }

    static JsonContract of(String page) {
        return new JsonContract(page);
    }

    /** The verbs that have a section, and {@code error}. */
    List<String> verbs() {
        return List.copyOf(verbs.keySet());
    }

    /**
     * What is printed and not documented, or documented and not printed.
     *
     * @param arguments of the command line
     * @param out what it has printed on stdout
     */
    List<String> differences(String[] arguments, String out) {
        List<String> differences = new ArrayList<>();
        if (arguments.length > 0 && List.of(arguments).contains("--json")) {
            List<JsonNode> documents =
                    arguments[0].equals("audit")
                            ? out.lines().flatMap(line -> parse(line).stream()).toList()
                            : parse(out).stream().toList();
            for (JsonNode document : documents) {
                String verb = document.has("error") ? "error" : arguments[0];
                differences.addAll(differences(verb, document));
            }
        }
        return differences;
    }

    /** The same of one document. */
    public List<String> differences(String verb, JsonNode document) {
        List<String> differences = new ArrayList<>();
        Optional.ofNullable(verbs.get(verb))
                .ifPresentOrElse(
                        shape ->
                                differences.addAll(
                                        JsonShape.differences(verb, document, shape, shapes)),
                        () -> differences.add(verb + " has no section"));
        return differences;
    }

    /** Empty if it is none: whoever asked for one will see. */
    private static Optional<JsonNode> parse(String text) {
        try {
            return Optional.of(JSON.readTree(text)).filter(JsonNode::isObject);
        } catch (JsonProcessingException none) {
            return Optional.empty();
        }
    }
}
