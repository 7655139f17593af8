package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A projection that includes or excludes fields, dotted paths among them; {@code _id} may differ
 * from the rest.
 */
public final class Projection {
    private static final Projection ALL = new Projection(false, new Node(), true);

    private static final class Node {
        final Map<String, Node> children = new LinkedHashMap<>();

        boolean isLeaf() {
            return children.isEmpty();
        }
    }

    private final boolean inclusion;
    private final Node root;
    private final boolean keepsId;

    private Projection(boolean inclusion, Node root, boolean keepsId) {
        this.inclusion = inclusion;
        this.root = root;
        this.keepsId = keepsId;
    }

    /**
     * Compiles a projection; an empty document keeps everything. Expressions and array operators
     * are refused.
     */
    public static Projection compile(BsonDocument projection) {
        Node root = new Node();
        Boolean including = null;
        Boolean id = null;
        for (Map.Entry<String, BsonValue> field : projection.entrySet()) {
            boolean include = flag(field.getKey(), field.getValue());
            if (field.getKey().equals("_id")) {
                id = include;
                continue;
            }
            if (including != null && including != include) {
                throw ServerError.location(
                        include ? 31253 : 31254,
                        "Cannot do "
                                + (include ? "inclusion" : "exclusion")
                                + " on field "
                                + field.getKey()
                                + " in "
                                + (include ? "exclusion" : "inclusion")
                                + " projection");
            }
            including = include;
            add(root, FieldPath.strict(field.getKey()));
        }
        if (including == null && id == null) {
            return ALL;
        }
        boolean inclusion = including == null ? id : including;
        return new Projection(inclusion, root, id == null || id);
    }

    private static boolean flag(String name, BsonValue value) {
        if (!value.isBoolean() && !BsonNumbers.isNumber(value)) {
            throw ServerError.location(
                    31325,
                    "Projection of "
                            + name
                            + " is not a flag; this server projects by inclusion or exclusion"
                            + " only");
        }
        return FilterParser.truthy(value);
    }

    private static void add(Node root, FieldPath path) {
        Node node = root;
        boolean fresh = false;
        for (String part : path.parts()) {
            if (node.isLeaf() && node != root && !fresh) {
                throw ServerError.location(31249, "Path collision at " + path.dotted());
            }
            fresh = !node.children.containsKey(part);
            node = node.children.computeIfAbsent(part, ignored -> new Node());
        }
        if (!node.isLeaf() || !fresh) {
            throw ServerError.location(31250, "Path collision at " + path.dotted());
        }
    }

    public BsonDocument apply(BsonDocument document) {
        if (this == ALL) {
            return document;
        }
        BsonDocument result = new BsonDocument();
        for (Map.Entry<String, BsonValue> field : document.entrySet()) {
            if (field.getKey().equals("_id")) {
                if (keepsId) {
                    result.put("_id", field.getValue());
                }
            } else {
                project(
                        root.children.get(field.getKey()),
                        field.getKey(),
                        field.getValue(),
                        result);
            }
        }
        return result;
    }

    private void project(Node node, String name, BsonValue value, BsonDocument into) {
        if (node == null) {
            if (!inclusion) {
                into.put(name, value);
            }
        } else if (node.isLeaf()) {
            if (inclusion) {
                into.put(name, value);
            }
        } else {
            BsonValue inner = inside(node, value);
            if (inner != null) {
                into.put(name, inner);
            }
        }
    }

    /**
     * What is left of a value below a branch: scalars vanish from inclusions and stay in
     * exclusions.
     */
    private BsonValue inside(Node node, BsonValue value) {
        if (value.isDocument()) {
            BsonDocument result = new BsonDocument();
            value.asDocument()
                    .forEach(
                            (name, child) -> project(node.children.get(name), name, child, result));
            return result;
        }
        if (value.isArray()) {
            BsonArray result = new BsonArray();
            for (BsonValue element : value.asArray()) {
                BsonValue inner = inside(node, element);
                if (inner != null) {
                    result.add(inner);
                }
            }
            return result;
        }
        return inclusion ? null : value;
    }
}
