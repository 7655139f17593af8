package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;

/**
 * Applies a {@code $v: 2} diff as a server does when it plays a log back: existing fields keep
 * their place, inserted ones go to the end, a sub-diff that meets a value of the wrong kind leaves
 * null.
 */
public final class DiffApplier {
    private static final byte COLUMN_SUBTYPE = 7;

    private DiffApplier() {}

    /**
     * The document after the diff.
     *
     * @throws ServerError if the diff is not well formed, with the server's own number
     */
    public static BsonDocument apply(BsonDocument pre, BsonDocument diff) {
        return parse(diff).apply(pre);
    }

    /** What a diff does to one field or element. */
    private sealed interface Edit {}

    private record Delete() implements Edit {}

    private record Put(BsonValue value) implements Edit {}

    private record PutLast(BsonValue value) implements Edit {}

    /**
     * Opened only where it is applied: a fault in a sub-diff that meets nothing stays unnoticed, as
     * on a server.
     */
    private record Descend(BsonDocument diff) implements Edit {
        BsonValue applyTo(BsonValue old) {
            if (isArrayDiff(diff)) {
                return old != null && old.isArray()
                        ? parseArray(diff).apply(old.asArray())
                        : BsonNull.VALUE;
            }
            return old != null && old.isDocument()
                    ? parse(diff).apply(old.asDocument())
                    : BsonNull.VALUE;
        }
    }

    private record Binary(BsonDocument patch) implements Edit {}

    private record InDocument(Map<String, Edit> edits) {
        BsonDocument apply(BsonDocument pre) {
            BsonDocument post = new BsonDocument();
            pre.forEach(
                    (name, old) -> {
                        BsonValue value = edited(edits.get(name), old);
                        if (value != null) {
                            post.put(name, value);
                        }
                    });
            edits.forEach(
                    (name, edit) -> {
                        if (edit instanceof Put put && !pre.containsKey(name)) {
                            post.put(name, put.value());
                        }
                    });
            edits.forEach(
                    (name, edit) -> {
                        if (edit instanceof PutLast put) {
                            post.put(name, put.value());
                        }
                    });
            return post;
        }
    }

    private record InArray(Integer length, TreeMap<Integer, Edit> edits) {
        BsonArray apply(BsonArray pre) {
            BsonArray post = new BsonArray();
            int kept = length == null ? pre.size() : Math.min(length, pre.size());
            for (int i = 0; i < kept; i++) {
                post.add(edited(edits.get(i), pre.get(i)));
            }
            int last = edits.isEmpty() ? -1 : edits.lastKey();
            while ((length != null && post.size() < length) || post.size() <= last) {
                Edit edit = edits.get(post.size());
                post.add(edit instanceof Put put ? put.value() : BsonNull.VALUE);
            }
            return post;
        }
    }

    /** The value in the old place, or null if nothing stays there. */
    private static BsonValue edited(Edit edit, BsonValue old) {
        if (edit == null) {
            return old;
        }
        if (edit instanceof Put put) {
            return put.value();
        }
        if (edit instanceof Descend descend) {
            return descend.applyTo(old);
        }
        return edit instanceof Binary binary ? patched(old, binary.patch()) : null;
    }

    private static BsonValue patched(BsonValue old, BsonDocument patch) {
        if (!old.isBinary() || old.asBinary().getType() != COLUMN_SUBTYPE) {
            return old;
        }
        byte[] before = old.asBinary().getData();
        int keep = patch.getInt32("o").getValue();
        byte[] more = patch.getBinary("d").getData();
        if (keep > before.length) {
            return old;
        }
        byte[] after = java.util.Arrays.copyOf(before, keep + more.length);
        System.arraycopy(more, 0, after, keep, more.length);
        return new BsonBinary(COLUMN_SUBTYPE, after);
    }

    private static InDocument parse(BsonDocument diff) {
        if (diff.isEmpty()) {
            throw ServerError.location(4770500, "Expected diff to be non-empty");
        }
        Map<String, Edit> edits = new LinkedHashMap<>();
        String order = "duibs";
        int reached = 0;
        for (Map.Entry<String, BsonValue> section : diff.entrySet()) {
            String key = section.getKey();
            boolean sub = key.startsWith("s");
            int at = sub ? order.indexOf('s') : key.length() == 1 ? order.indexOf(key) : -1;
            if (at < 0 || at < reached) {
                throw unexpected(key);
            }
            reached = at;
            requireDocument(section);
            if (sub) {
                requireHead(section.getValue().asDocument());
            }
        }
        // Only a diff whose sections are all in order is looked at for names that occur twice.
        diff.forEach((key, fields) -> addSection(edits, key, fields.asDocument()));
        return new InDocument(edits);
    }

    private static void addSection(Map<String, Edit> edits, String key, BsonDocument fields) {
        if (key.startsWith("s")) {
            add(edits, key.substring(1), new Descend(fields));
            return;
        }
        fields.forEach(
                (name, value) ->
                        add(
                                edits,
                                name,
                                switch (key) {
                                    case "d" -> new Delete();
                                    case "u" -> new Put(value);
                                    case "i" -> new PutLast(value);
                                    default -> new Binary(value.asDocument());
                                }));
    }

    private static void add(Map<String, Edit> edits, String name, Edit edit) {
        if (edits.put(name, edit) != null) {
            throw ServerError.location(4728000, "duplicate field name in diff: " + name);
        }
    }

    private static boolean isArrayDiff(BsonDocument diff) {
        return !diff.isEmpty() && diff.getFirstKey().equals("a");
    }

    /**
     * What is checked of a sub-diff as soon as it is seen: that it is not empty, and the kinds of
     * its first sections.
     */
    private static void requireHead(BsonDocument diff) {
        if (diff.isEmpty()) {
            throw ServerError.location(4770500, "Expected diff to be non-empty");
        }
        int reached = 0;
        for (Map.Entry<String, BsonValue> section : diff.entrySet()) {
            String key = section.getKey();
            if (isArrayDiff(diff) || key.startsWith("s")) {
                return;
            }
            int at = key.isEmpty() ? -1 : "duib".indexOf(key.charAt(0));
            if (at < reached) {
                throw unexpected(key);
            }
            reached = at;
            requireDocument(section);
        }
    }

    private static ServerError unexpected(String section) {
        return ServerError.location(
                4770503, "Unexpected section: " + section + " in document diff");
    }

    private static void requireDocument(Map.Entry<String, BsonValue> section) {
        if (!section.getValue().isDocument()) {
            throw ServerError.location(
                    4770507,
                    "Expected " + section.getKey().charAt(0) + " section to be type object");
        }
    }

    private static InArray parseArray(BsonDocument diff) {
        Integer length = null;
        TreeMap<Integer, Edit> edits = new TreeMap<>();
        for (Map.Entry<String, BsonValue> field : diff.entrySet()) {
            String key = field.getKey();
            BsonValue value = field.getValue();
            if (key.equals("l")) {
                length = value.asInt32().getValue();
            } else if (!key.equals("a")) {
                edits.put(
                        index(key),
                        key.startsWith("u") ? new Put(value) : new Descend(value.asDocument()));
            }
        }
        return new InArray(length, edits);
    }

    private static int index(String key) {
        if (!key.matches("[us]\\d{1,9}")) {
            throw ServerError.location(4770514, "Unexpected field " + key + " in array diff");
        }
        return Integer.parseInt(key.substring(1));
    }
}
