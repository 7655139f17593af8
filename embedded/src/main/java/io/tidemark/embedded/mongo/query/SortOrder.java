package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonUndefined;
import org.bson.BsonValue;

/**
 * The order of a sort document. An array sorts by its smallest element ascending and by its largest
 * descending; an empty one before null; a missing field as null (MongoDB manual, "cursor.sort").
 */
public final class SortOrder implements Comparator<BsonDocument> {
    private record Part(FieldPath path, boolean ascending) {}

    private final List<Part> parts;

    private SortOrder(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    public static SortOrder of(BsonDocument sort) {
        List<Part> parts = new ArrayList<>();
        for (Map.Entry<String, BsonValue> field : sort.entrySet()) {
            BsonValue direction = field.getValue();
            OptionalLong number =
                    BsonNumbers.isNumber(direction)
                            ? BsonNumbers.wholeNumber(direction)
                            : OptionalLong.empty();
            if (number.isEmpty() || Math.abs(number.getAsLong()) != 1) {
                throw ServerError.location(
                        15975,
                        "$sort key ordering must be 1 (for ascending) or -1 (for descending)");
            }
            parts.add(new Part(FieldPath.of(field.getKey()), number.getAsLong() == 1));
        }
        return new SortOrder(parts);
    }

    @Override
    public int compare(BsonDocument left, BsonDocument right) {
        for (Part part : parts) {
            int order = BsonOrder.SIMPLE.compare(key(part, left), key(part, right));
            if (order != 0) {
                return part.ascending() ? order : -order;
            }
        }
        return 0;
    }

    private static BsonValue key(Part part, BsonDocument document) {
        List<BsonValue> candidates = candidates(part.path(), document);
        Comparator<BsonValue> order =
                part.ascending() ? BsonOrder.SIMPLE : BsonOrder.SIMPLE.reversed();
        return candidates.stream().min(order).orElseThrow();
    }

    private static List<BsonValue> candidates(FieldPath path, BsonDocument document) {
        List<BsonValue> found = new ArrayList<>();
        collect(document, path.parts(), 0, found);
        return found;
    }

    /** As for an index: whatever a path meets that has no such field counts as null. */
    private static void collect(BsonValue here, List<String> parts, int at, List<BsonValue> found) {
        if (here == null) {
            found.add(BsonNull.VALUE);
        } else if (at == parts.size()) {
            collectEnd(here, found);
        } else if (here.isDocument()) {
            collect(here.asDocument().get(parts.get(at)), parts, at + 1, found);
        } else if (here.isArray() && !here.asArray().isEmpty()) {
            collectBelow(here.asArray().getValues(), parts, at, found);
        } else {
            found.add(BsonNull.VALUE);
        }
    }

    private static void collectEnd(BsonValue value, List<BsonValue> found) {
        if (!value.isArray()) {
            found.add(value);
        } else if (value.asArray().isEmpty()) {
            found.add(new BsonUndefined());
        } else {
            found.addAll(value.asArray().getValues());
        }
    }

    private static void collectBelow(
            List<BsonValue> elements, List<String> parts, int at, List<BsonValue> found) {
        OptionalInt index = FieldPath.arrayIndex(parts.get(at));
        if (index.isPresent() && index.getAsInt() < elements.size()) {
            requireUnambiguous(elements, parts.get(at));
            collectIndexed(elements.get(index.getAsInt()), parts, at + 1, found);
            return;
        }
        for (BsonValue element : elements) {
            collect(element.isDocument() ? element : null, parts, at, found);
        }
    }

    /** An array that an index has led to counts as one value. */
    private static void collectIndexed(
            BsonValue element, List<String> parts, int at, List<BsonValue> found) {
        boolean whole = at == parts.size() && element.isArray() && !element.asArray().isEmpty();
        if (whole) {
            found.add(element);
        } else {
            collect(element, parts, at, found);
        }
    }

    private static void requireUnambiguous(List<BsonValue> elements, String name) {
        boolean alsoName =
                elements.stream()
                        .anyMatch(
                                element ->
                                        element.isDocument()
                                                && element.asDocument().containsKey(name));
        if (alsoName) {
            throw ServerError.location(
                    16746,
                    "Ambiguous field name found in array (do not use numeric field names in"
                            + " embedded elements in an array), field: '"
                            + name
                            + "'");
        }
    }
}
