package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.query.FieldPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/** {@code {$v: 2, diff: …}} as operators make it: a tree of the places they touched. */
final class DiffLog implements UpdateLog {
    private enum Kind {
        UPDATED,
        CREATED,
        DELETED,
        /** Existed before; something below it changed. */
        INNER,
        /** Did not exist before; its content is what lies below. */
        NEW_INNER
    }

    private static final class Node {
        final Kind kind;
        final BsonValue value;
        final Map<String, Node> children = new LinkedHashMap<>();
        boolean array;

        Node(Kind kind, BsonValue value) {
            this.kind = kind;
            this.value = value;
        }
    }

    private final Node root = new Node(Kind.INNER, null);

    @Override
    public void updated(List<Taken> path, BsonValue value) {
        add(path, path.size(), new Node(Kind.UPDATED, value));
    }

    @Override
    public void created(List<Taken> path, int firstNew, BsonValue value) {
        add(path, firstNew, new Node(Kind.CREATED, value));
    }

    @Override
    public void deleted(List<Taken> path) {
        add(path, path.size(), new Node(Kind.DELETED, null));
    }

    private void add(List<Taken> path, int firstNew, Node leaf) {
        Node node = root;
        for (int i = 0; i < path.size(); i++) {
            Taken step = path.get(i);
            boolean last = i == path.size() - 1;
            node.array = step.inArray();
            Kind kind = i >= firstNew ? Kind.NEW_INNER : Kind.INNER;
            if (last) {
                node.children.put(step.name(), leaf);
            } else {
                node = node.children.computeIfAbsent(step.name(), ignored -> new Node(kind, null));
            }
        }
    }

    @Override
    public boolean isEmpty() {
        return root.children.isEmpty();
    }

    @Override
    public BsonDocument entry() {
        return new BsonDocument("$v", new BsonInt32(2)).append("diff", diff(root));
    }

    private static BsonDocument diff(Node node) {
        return node.array ? arrayDiff(node) : documentDiff(node);
    }

    private static BsonDocument documentDiff(Node node) {
        BsonDocument deletes = new BsonDocument();
        BsonDocument updates = new BsonDocument();
        BsonDocument inserts = new BsonDocument();
        BsonDocument inner = new BsonDocument();
        node.children.forEach(
                (name, child) -> {
                    switch (child.kind) {
                        case DELETED -> deletes.put(name, BsonBoolean.FALSE);
                        case UPDATED -> updates.put(name, child.value);
                        case CREATED -> inserts.put(name, child.value);
                        case NEW_INNER -> inserts.put(name, content(child));
                        case INNER -> inner.put("s" + name, diff(child));
                    }
                });
        BsonDocument diff = new BsonDocument();
        putUnlessEmpty(diff, "d", deletes);
        putUnlessEmpty(diff, "u", updates);
        putUnlessEmpty(diff, "i", inserts);
        diff.putAll(inner);
        return diff;
    }

    private static void putUnlessEmpty(BsonDocument diff, String section, BsonDocument fields) {
        if (!fields.isEmpty()) {
            diff.put(section, fields);
        }
    }

    private static BsonDocument arrayDiff(Node node) {
        TreeMap<Integer, Node> byIndex = new TreeMap<>();
        node.children.forEach(
                (name, child) -> byIndex.put(FieldPath.arrayIndex(name).orElseThrow(), child));
        BsonDocument diff = new BsonDocument("a", BsonBoolean.TRUE);
        byIndex.forEach(
                (index, child) -> {
                    switch (child.kind) {
                        case INNER -> diff.put("s" + index, diff(child));
                        case NEW_INNER -> diff.put("u" + index, content(child));
                        case UPDATED, CREATED -> diff.put("u" + index, child.value);
                        case DELETED -> diff.put("u" + index, org.bson.BsonNull.VALUE);
                    }
                });
        return diff;
    }

    /** The document that a new inner place amounts to. */
    private static BsonDocument content(Node node) {
        BsonDocument document = new BsonDocument();
        node.children.forEach(
                (name, child) ->
                        document.put(name, child.value != null ? child.value : content(child)));
        return document;
    }
}
