package io.tidemark.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON that the README promises, verb by verb. */
public final class ReadmeJson {
    private ReadmeJson() {}

    /**
     * @param number which of the objects in the verb's row, from 0
     * @return the names of its fields, those of inner objects among them
     */
    public static Set<String> fields(String verb, int number) throws IOException {
        String readme = Files.readString(TidemarkTest.repository().resolve("README.md"));
        Matcher row =
                Pattern.compile("^\\| `" + verb + "` \\| `\\{.*$", Pattern.MULTILINE)
                        .matcher(readme);
        if (!row.find()) {
            throw new AssertionError("the README tells no JSON of " + verb);
        }
        Matcher object = Pattern.compile("`(\\{[^`]*\\})`").matcher(row.group());
        for (int i = 0; i <= number; i++) {
            if (!object.find()) {
                throw new AssertionError("the README tells no further JSON of " + verb);
            }
        }
        Set<String> names = new TreeSet<>();
        Matcher name = Pattern.compile("\\b[a-z]\\w*").matcher(object.group(1));
        while (name.find()) {
            names.add(name.group());
        }
        return names;
    }
}
