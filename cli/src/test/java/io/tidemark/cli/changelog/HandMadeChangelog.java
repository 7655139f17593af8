package io.tidemark.cli.changelog;

import static io.tidemark.cli.changelog.HandMadeOplogs.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A changelog of {@code src/test/resources/changelogs}: first what is written, then what it means.
 *
 * <pre>
 * 20 log | WHAT | NS | WRITER | DETAILS      a line of config.changelog; {} and - for nothing
 * 20 collection | NS                         config.collections gets it
 * 20 chunk | NS | MIN | MAX | SHARD          config.chunks gives the range to the shard
 * 20 begins | SET | OPERATION | NS           a DDL coordinator's document; "ends" deletes it
 * 20 command | SET | DATABASE | O            a command in a replica set's oplog
 * 20 insert | SET | NS | DOCUMENT            also delete (its key) and update (key | change)
 * = KIND NS FROM-THROUGH OUTCOME [...]       an event, times in seconds, in the order of events
 * ! FROM-THROUGH KIND NS                     unsafe under policy exact
 * </pre>
 */
record HandMadeChangelog(HandMadeOplogs oplogs, List<String> events, List<String> unsafe) {
    static HandMadeChangelog read(String version) throws IOException {
        String name = "/changelogs/" + version + ".txt";
        try (InputStream in = HandMadeChangelog.class.getResourceAsStream(name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            HandMadeOplogs oplogs = new HandMadeOplogs(Double.parseDouble(version));
            List<String> events = new ArrayList<>();
            List<String> unsafe = new ArrayList<>();
            for (String line : text.lines().map(String::strip).toList()) {
                if (line.startsWith("=")) {
                    events.add(line.substring(2));
                } else if (line.startsWith("!")) {
                    unsafe.add(line.substring(2));
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    write(oplogs, line);
                }
            }
            return new HandMadeChangelog(oplogs, events, unsafe);
        }
    }

    private static void write(HandMadeOplogs oplogs, String line) {
        int space = line.indexOf(' ');
        long second = Long.parseLong(line.substring(0, space));
        String[] words = line.substring(space + 1).split(" \\| ");
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].equals("-") ? "" : words[i];
        }
        switch (words[0]) {
            case "log" -> oplogs.log(second, words[1], words[2], words[3], json(words[4]));
            case "collection" -> oplogs.collection(second, words[1]);
            case "chunk" ->
                    oplogs.chunk(
                            second,
                            words[1],
                            Integer.parseInt(words[2]),
                            Integer.parseInt(words[3]),
                            words[4]);
            case "begins" -> oplogs.coordinator(second, words[1], words[2], words[3], true);
            case "ends" -> oplogs.coordinator(second, words[1], words[2], words[3], false);
            case "command" -> oplogs.command(second, words[1], words[2], json(words[3]));
            case "insert" -> oplogs.insert(second, words[1], words[2], json(words[3]));
            case "delete" -> oplogs.delete(second, words[1], words[2], json(words[3]));
            case "update" ->
                    oplogs.update(second, words[1], words[2], json(words[3]), json(words[4]));
            case "quiet" -> oplogs.quiet(second);
            default -> throw new IllegalArgumentException("'" + words[0] + "' in: " + line);
        }
    }
}
