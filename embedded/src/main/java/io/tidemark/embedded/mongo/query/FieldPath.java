package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A dotted path, and the values it reaches in a document when arrays on the way are looked into.
 *
 * @param parts the names between the dots, at least one
 */
public record FieldPath(List<String> parts) {
    /**
     * Positions at or above this do not fit an array and are names (MongoDB's own limit for array
     * indexes).
     */
    private static final int MAX_INDEX_DIGITS = 7;

    /** Leads to the value of {@link #asElement}, whose own arrays are not looked into. */
    static final FieldPath ELEMENT = new FieldPath(List.of("element"));

    public FieldPath {
        parts = List.copyOf(parts);
    }

    public static FieldPath of(String dotted) {
        return new FieldPath(List.of(dotted.split("\\.", -1)));
    }

    /** As {@link #of}, but refuses empty parts, as updates and shard keys do. */
    public static FieldPath strict(String dotted) {
        FieldPath path = of(dotted);
        if (path.parts.contains("")) {
            throw new ServerError(
                    56,
                    "EmptyFieldName",
                    "The path '"
                            + dotted
                            + "' contains an empty field name, which is not allowed.");
        }
        return path;
    }

    /** A document around an array's element, so that predicates on documents can test it. */
    static BsonDocument asElement(BsonValue element) {
        return new BsonDocument("element", element);
    }

    public String dotted() {
        return String.join(".", parts);
    }

    /**
     * One place a path leads to.
     *
     * @param value what stands there; null where nothing does
     * @param arrayIndex index of the outermost array element looked into on the way, if any
     * @param byIndex whether the last step was an index written in the path
     */
    record Reached(BsonValue value, OptionalInt arrayIndex, boolean byIndex) {
        private static final Reached START = new Reached(null, OptionalInt.empty(), false);

        private Reached plain() {
            return byIndex ? new Reached(value, arrayIndex, false) : this;
        }
    }

    /** Every place reached, arrays at the end of the path not expanded. */
    List<Reached> reach(BsonValue root) {
        List<Reached> found = new ArrayList<>();
        if (this == ELEMENT) {
            return List.of(
                    new Reached(root.asDocument().get("element"), OptionalInt.empty(), true));
        }
        walk(root, 0, Reached.START, found);
        return found;
    }

    /**
     * Every place reached; an array at the end, unless an index led to it, gives each element, then
     * itself.
     */
    List<Reached> reachElements(BsonValue root) {
        List<Reached> found = new ArrayList<>();
        for (Reached reached : reach(root)) {
            if (reached.value() != null && reached.value().isArray() && !reached.byIndex()) {
                List<BsonValue> elements = reached.value().asArray().getValues();
                for (int i = 0; i < elements.size(); i++) {
                    found.add(new Reached(elements.get(i), outer(reached.arrayIndex(), i), false));
                }
            }
            found.add(reached);
        }
        return found;
    }

    /**
     * Values found, an array's elements one by one in its place; nothing where there is nothing.
     */
    public List<BsonValue> values(BsonDocument document) {
        List<BsonValue> values = new ArrayList<>();
        for (Reached reached : reach(document)) {
            if (reached.value() != null && reached.value().isArray()) {
                values.addAll(reached.value().asArray().getValues());
            } else if (reached.value() != null) {
                values.add(reached.value());
            }
        }
        return values;
    }

    private void walk(BsonValue here, int at, Reached from, List<Reached> found) {
        if (at == parts.size()) {
            found.add(new Reached(here, from.arrayIndex(), from.byIndex()));
        } else if (here != null && here.isDocument()) {
            walk(here.asDocument().get(parts.get(at)), at + 1, from.plain(), found);
        } else if (here != null && here.isArray()) {
            walkArray(here.asArray().getValues(), at, from, found);
        } else {
            found.add(new Reached(null, from.arrayIndex(), false));
        }
    }

    /**
     * Into an array: below each document, and below the element an index names. Where that is
     * nothing at all, the value is missing, unless an index has led to this array. A scalar beside
     * documents has a missing value below it, too, though not below a number. (Found out by asking
     * a server.)
     */
    private void walkArray(List<BsonValue> elements, int at, Reached from, List<Reached> found) {
        OptionalInt position = arrayIndex(parts.get(at));
        int before = found.size();
        boolean scalars = false;
        for (int i = 0; i < elements.size(); i++) {
            BsonValue element = elements.get(i);
            if (element.isDocument()) {
                walk(element, at, new Reached(null, outer(from.arrayIndex(), i), false), found);
            } else {
                scalars |= !element.isArray();
            }
        }
        if (position.isPresent() && position.getAsInt() < elements.size()) {
            walkIndexed(elements.get(position.getAsInt()), at, from, found);
        } else if ((scalars && position.isEmpty()) || (found.size() == before && !from.byIndex())) {
            found.add(new Reached(null, from.arrayIndex(), false));
        }
    }

    /** Below a scalar that two indexes in a row lead to is nothing, not even a missing value. */
    private void walkIndexed(BsonValue element, int at, Reached from, List<Reached> found) {
        boolean below = at + 1 < parts.size();
        if (below && from.byIndex() && !element.isDocument() && !element.isArray()) {
            return;
        }
        walk(element, at + 1, new Reached(null, from.arrayIndex(), true), found);
    }

    private static OptionalInt outer(OptionalInt index, int inner) {
        return index.isPresent() ? index : OptionalInt.of(inner);
    }

    /** The array index a part stands for: decimal digits without a leading zero. */
    public static OptionalInt arrayIndex(String part) {
        boolean digits =
                !part.isEmpty()
                        && part.length() <= MAX_INDEX_DIGITS
                        && part.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits && (part.length() == 1 || part.charAt(0) != '0')
                ? OptionalInt.of(Integer.parseInt(part))
                : OptionalInt.empty();
    }
}
