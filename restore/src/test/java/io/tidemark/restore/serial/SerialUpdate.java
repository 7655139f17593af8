package io.tidemark.restore.serial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;

/** What an update entry makes of a document, on decoded values: slow and plain. */
final class SerialUpdate {
    private SerialUpdate() {}

    /**
     * @param before the document, or only its {@code _id} where it was missing
     */
    static BsonDocument apply(BsonDocument before, BsonDocument o) {
        if (o.containsKey("_id")) {
            return o;
        }
        if (o.containsKey("$v") && o.getNumber("$v").intValue() == 2) {
            return document(before, o.getDocument("diff"));
        }
        return modified(before.clone(), o);
    }

    private static BsonDocument section(BsonDocument diff, String name) {
        return diff.getDocument(name, new BsonDocument());
    }

    private static BsonDocument document(BsonDocument before, BsonDocument diff) {
        BsonDocument updates = section(diff, "u");
        BsonDocument inserts = section(diff, "i");
        BsonDocument columns = section(diff, "b");
        BsonDocument after = new BsonDocument();
        before.forEach(
                (name, value) -> {
                    if (section(diff, "d").containsKey(name) || inserts.containsKey(name)) {
                        return;
                    }
                    BsonValue now = updates.getOrDefault(name, value);
                    if (columns.containsKey(name)) {
                        now = column(value, columns.getDocument(name));
                    } else if (diff.containsKey("s" + name)) {
                        now = nested(value, diff.getDocument("s" + name));
                    }
                    after.append(name, now);
                });
        updates.forEach(after::putIfAbsent);
        after.putAll(inserts);
        return after;
    }

    private static BsonValue nested(BsonValue value, BsonDocument diff) {
        boolean ofArray = "a".equals(diff.getFirstKey());
        if (ofArray && value != null && value.isArray()) {
            return array(value.asArray(), diff);
        }
        boolean ofDocument = !ofArray && value != null && value.isDocument();
        return ofDocument ? document(value.asDocument(), diff) : BsonNull.VALUE;
    }

    private static BsonArray array(BsonArray before, BsonDocument diff) {
        List<BsonValue> after = new ArrayList<>(before);
        diff.forEach(
                (name, value) -> {
                    if (name.equals("a") || name.equals("l")) {
                        return;
                    }
                    int index = Integer.parseInt(name.substring(1));
                    while (after.size() <= index) {
                        after.add(BsonNull.VALUE);
                    }
                    BsonValue old = index < before.size() ? before.get(index) : null;
                    boolean whole = name.startsWith("u");
                    after.set(index, whole ? value : nested(old, value.asDocument()));
                });
        if (diff.containsKey("l")) {
            int length = diff.getInt32("l").getValue();
            while (after.size() < length) {
                after.add(BsonNull.VALUE);
            }
            return new BsonArray(after.subList(0, length));
        }
        return new BsonArray(after);
    }

    private static BsonValue column(BsonValue value, BsonDocument edit) {
        byte[] old = value.isBinary() ? value.asBinary().getData() : new byte[0];
        int kept = edit.getInt32("o").getValue();
        if (!value.isBinary() || value.asBinary().getType() != 7 || old.length < kept) {
            return value;
        }
        byte[] more = edit.getBinary("d").getData();
        byte[] all = Arrays.copyOf(old, kept + more.length);
        System.arraycopy(more, 0, all, kept, more.length);
        return new BsonBinary((byte) 7, all);
    }

    /** Path by path, in the order of their parts: so new fields come in the order of names. */
    private static BsonDocument modified(BsonDocument document, BsonDocument o) {
        Map<String, BsonValue> byPath = new TreeMap<>();
        section(o, "$set").forEach((path, value) -> byPath.put(path.replace('.', '\0'), value));
        section(o, "$unset").forEach((path, value) -> byPath.put(path.replace('.', '\0'), null));
        byPath.forEach((path, value) -> modify(document, List.of(path.split("\0")), value));
        return document;
    }

    /**
     * @param value null to unset
     */
    private static void modify(BsonValue in, List<String> path, BsonValue value) {
        String name = path.get(0);
        BsonValue child = child(in, name);
        boolean ends = path.size() == 1;
        if (value == null && (child == null || ends)) {
            if (child != null && in.isDocument()) {
                in.asDocument().remove(name);
            } else if (child != null) {
                put(in, name, BsonNull.VALUE);
            }
            return;
        }
        if (ends) {
            put(in, name, value);
            return;
        }
        if (child == null) {
            child = new BsonDocument();
            put(in, name, child);
        }
        if (child.isDocument() || child.isArray()) {
            modify(child, path.subList(1, path.size()), value);
        }
    }

    private static BsonValue child(BsonValue in, String name) {
        if (in.isDocument()) {
            return in.asDocument().get(name);
        }
        int index = Integer.parseInt(name);
        return index < in.asArray().size() ? in.asArray().get(index) : null;
    }

    private static void put(BsonValue in, String name, BsonValue value) {
        if (in.isDocument()) {
            in.asDocument().put(name, value);
            return;
        }
        BsonArray array = in.asArray();
        while (array.size() <= Integer.parseInt(name)) {
            array.add(BsonNull.VALUE);
        }
        array.set(Integer.parseInt(name), value);
    }
}
