package io.tidemark.embedded.mongo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * The form of an oplog entry without its data: names, types and order of fields.
 *
 * @param kind what is comparable: operation, command, update format, with or without session
 * @param fields {@code name:TYPE} in order, nested where the server decides what is inside
 */
record EntryShape(String kind, List<String> fields) {
    static EntryShape of(BsonDocument entry) {
        return new EntryShape(kind(entry), fields(entry));
    }

    private static String kind(BsonDocument entry) {
        String op = entry.getString("op").getValue();
        BsonDocument o = entry.getDocument("o");
        String session = entry.containsKey("lsid") ? " in session" : "";
        return switch (op) {
            case "c" -> "c " + command(o) + session;
            case "u" ->
                    "u "
                            + (o.containsKey("_id")
                                    ? "replacement"
                                    : "$v:" + o.getNumber("$v").intValue())
                            + session;
            case "n" ->
                    "n "
                            + (o.containsKey("msg") && o.get("msg").isString()
                                    ? o.getString("msg").getValue()
                                    : "")
                            + session;
            default -> op + session;
        };
    }

    private static String command(BsonDocument o) {
        String name = o.getFirstKey();
        return name + (o.containsKey("prepare") ? " prepare" : "");
    }

    private static List<String> fields(BsonDocument entry) {
        boolean command = entry.getString("op").getValue().equals("c");
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, BsonValue> field : entry.entrySet()) {
            String name = field.getKey();
            BsonValue value = field.getValue();
            found.add(name + ":" + value.getBsonType());
            boolean described =
                    name.equals("lsid")
                            || name.equals("prevOpTime")
                            || name.equals("o") && (command || value.asDocument().containsKey("$v"))
                            || name.equals("o2") && command;
            if (described) {
                nested(value.asDocument(), name + ".", found);
            }
        }
        return found;
    }

    private static void nested(BsonDocument document, String prefix, List<String> found) {
        boolean spec = prefix.equals("o2.") && document.containsKey("key");
        for (Map.Entry<String, BsonValue> field : document.entrySet()) {
            String name = prefix + field.getKey();
            BsonValue value = field.getValue();
            if (name.equals("o.key") || spec && field.getKey().equals("key")) {
                found.add(name);
                continue;
            }
            found.add(name + ":" + value.getBsonType());
            boolean open =
                    name.equals("o.diff")
                            || name.startsWith("o.$")
                            || name.equals("o.partialFilterExpression");
            if (value.isDocument() && !open) {
                nested(value.asDocument(), name + ".", found);
            }
            if (value.isArray() && !value.asArray().isEmpty()) {
                element(value.asArray().get(0).asDocument(), name + "[].", found);
            }
        }
    }

    /** An operation of an applyOps, or an index of a build. */
    private static void element(BsonDocument element, String prefix, List<String> found) {
        element.forEach(
                (name, value) -> {
                    // Which options an index has is the test's choice; its place is not.
                    if (!prefix.equals("o.indexes[].") || !name.equals("unique")) {
                        found.add(prefix + name + ":" + value.getBsonType());
                    }
                });
    }
}
