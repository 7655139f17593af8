package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonDocument;

/** Types a report's commands as an operator would, each where its comment says. */
final class TypedCommands {
    private static final Pattern COMMAND =
            Pattern.compile(
                    "/\\* (\\S+), on \\S+ \\*/ db\\.getSiblingDB\\(\"(\\w+)\"\\)\\.runCommand\\("
                            + "(?:EJSON\\.parse\\((\".*\"), \\{relaxed: false\\}\\)|(\\{.*\\}))"
                            + "\\)");

    private TypedCommands() {}

    static void runAll(List<String> commands, ServerTargets targets) {
        assertThat(commands).isNotEmpty();
        for (String command : commands) {
            Matcher parts = COMMAND.matcher(command);
            assertThat(parts.matches()).as(command).isTrue();
            String text =
                    parts.group(3) == null
                            ? parts.group(4)
                            : BsonDocument.parse("{t: " + parts.group(3) + "}")
                                    .getString("t")
                                    .getValue();
            run(targets.of(parts.group(1)), parts.group(2), text);
        }
    }

    static void run(SimulatedReplicaSet set, String database, String command) {
        try (MongoClient client = MongoClients.create(set.uri())) {
            client.getDatabase(database).runCommand(BsonDocument.parse(command));
        }
    }
}
