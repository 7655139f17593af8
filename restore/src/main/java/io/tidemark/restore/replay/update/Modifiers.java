package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * An update of servers up to 5.0, {@code {$v: 1, $set: {…}, $unset: {…}}}, as a tree of path parts.
 * Existing fields change in place; new ones are added in the lexicographic order of their names. A
 * number names an element where the parent is an array, else a field. A path through a scalar
 * changes nothing: so does a server that replays its oplog.
 */
final class Modifiers {
    private static final int FAILED_TO_PARSE = 9;
    private static final int LONGEST_ARRAY = 2_100_000;

    private final Map<String, Modifiers> parts = new TreeMap<>();
    private RawElement value;
    private boolean unset;

    private Modifiers() {}

    /**
     * @throws InvalidUpdateException for operators other than {@code $set} and {@code $unset}: an
     *     oplog has no others
     */
    static Modifiers of(RawDocument update) {
        Modifiers root = new Modifiers();
        for (RawElement operator : update) {
            if (operator.isNamed("$set")) {
                operands(operator).forEach(field -> root.leaf(field).value = field);
            } else if (operator.isNamed("$unset")) {
                operands(operator).forEach(field -> root.leaf(field).unset = true);
            } else if (!operator.isNamed("$v")) {
                throw new InvalidUpdateException(
                        FAILED_TO_PARSE,
                        "Unknown operator " + operator.name() + " in an update of format 1");
            }
        }
        return root;
    }

    /** Writes the fields of the changed document. */
    void applyToDocument(RawDocument before, RawDocumentBuilder after) {
        Set<String> seen = new HashSet<>();
        for (RawElement field : before) {
            String name = FieldName.of(field);
            Modifiers part = parts.get(name);
            if (part == null) {
                after.append(field);
            } else {
                seen.add(name);
                part.applyToField(field, after);
            }
        }
        parts.forEach(
                (name, part) -> {
                    if (!seen.contains(name)) {
                        part.create(name, after);
                    }
                });
    }

    private void applyToField(RawElement field, RawDocumentBuilder after) {
        if (value != null) {
            after.append(field.nameBytes(), value);
        } else if (!unset) {
            descend(field, after);
        }
    }

    private void descend(RawElement field, RawDocumentBuilder after) {
        if (field.isDocument()) {
            after.openDocument(field.nameBytes());
            applyToDocument(field.document().orElseThrow(), after);
            after.close();
        } else if (field.isArray()) {
            after.openArray(field.nameBytes());
            applyToArray(field.document().orElseThrow(), after);
            after.close();
        } else {
            after.append(field);
        }
    }

    private void applyToArray(RawDocument before, RawDocumentBuilder after) {
        int index = 0;
        for (RawElement element : before) {
            Modifiers part = parts.get(Integer.toString(index));
            if (part == null) {
                after.append(element);
            } else if (part.unset) {
                // An array keeps its length: the element becomes null.
                after.appendNull(element.nameBytes());
            } else {
                part.applyToField(element, after);
            }
            index++;
        }
        for (int last = lastNewIndex(); index <= last; index++) {
            Modifiers part = parts.get(Integer.toString(index));
            if (part != null && part.createsSomething()) {
                part.create(Integer.toString(index), after);
            } else {
                after.appendNull(FieldName.bytes(Integer.toString(index)));
            }
        }
    }

    private int lastNewIndex() {
        int last = -1;
        for (Map.Entry<String, Modifiers> part : parts.entrySet()) {
            OptionalInt index = FieldName.index(part.getKey());
            if (index.isPresent() && part.getValue().createsSomething()) {
                last = Math.max(last, index.getAsInt());
            }
        }
        if (last > LONGEST_ARRAY) {
            throw new InvalidUpdateException(
                    FAILED_TO_PARSE, "An array of " + last + " elements fits no document");
        }
        return last;
    }

    private void create(String name, RawDocumentBuilder after) {
        if (!createsSomething()) {
            return;
        }
        if (value != null) {
            after.append(FieldName.bytes(name), value);
            return;
        }
        after.openDocument(FieldName.bytes(name));
        parts.forEach((child, part) -> part.create(child, after));
        after.close();
    }

    private boolean createsSomething() {
        return value != null || parts.values().stream().anyMatch(Modifiers::createsSomething);
    }

    private Modifiers leaf(RawElement field) {
        Modifiers node = this;
        String path = new String(field.nameBytes(), StandardCharsets.ISO_8859_1);
        for (String part : path.split("\\.", -1)) {
            if (part.isEmpty()) {
                throw new InvalidUpdateException(
                        FAILED_TO_PARSE, "The path " + field.name() + " has an empty part");
            }
            node = node.parts.computeIfAbsent(part, name -> new Modifiers());
        }
        return node;
    }

    private static RawDocument operands(RawElement operator) {
        return operator.document()
                .orElseThrow(
                        () ->
                                new InvalidUpdateException(
                                        FAILED_TO_PARSE, operator.name() + " has no fields"));
    }
}
