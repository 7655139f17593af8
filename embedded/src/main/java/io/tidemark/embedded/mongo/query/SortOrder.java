package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
        for (FieldPath.Reached place : path.reach(document)) {
            BsonValue value = place.value();
            if (value == null) {
                found.add(BsonNull.VALUE);
            } else if (!value.isArray()) {
                found.add(value);
            } else if (value.asArray().isEmpty()) {
                found.add(new BsonUndefined());
            } else {
                found.addAll(value.asArray().getValues());
            }
        }
        if (found.isEmpty()) {
            found.add(BsonNull.VALUE);
        }
        return found;
    }
}
