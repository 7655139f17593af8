package io.tidemark.restore.previous;

import io.tidemark.schemas.model.Namespace;
import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/** Commands as they are typed into mongosh. */
public final class ShellCommand {
    private static final JsonWriterSettings EXACT =
            JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

    private ShellCommand() {}

    public static String drop(Namespace name) {
        return run(name.database(), "{drop: " + quoted(name.collection()) + "}");
    }

    /** In place of whatever collection has that name. */
    public static String rename(Namespace from, Namespace to) {
        return run(
                "admin",
                "{renameCollection: "
                        + quoted(from.toString())
                        + ", to: "
                        + quoted(to.toString())
                        + ", dropTarget: true}");
    }

    /** With every value of the type that it has: a number in the shell's words may lose it. */
    static String exactly(String database, BsonDocument command) {
        return run(
                database, "EJSON.parse(" + quoted(command.toJson(EXACT)) + ", {relaxed: false})");
    }

    private static String run(String database, String argument) {
        return "db.getSiblingDB(" + quoted(database) + ").runCommand(" + argument + ")";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
