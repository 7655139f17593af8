package io.tidemark.embedded.mongo.query;

import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Finds the equality conditions of a filter: plain values, {@code $eq}, one-element {@code $in},
 * inside {@code $and}.
 */
final class FilterEqualities {
    private FilterEqualities() {}

    static void collect(BsonDocument filter, BsonDocument into) {
        for (Map.Entry<String, BsonValue> condition : filter.entrySet()) {
            String name = condition.getKey();
            BsonValue value = condition.getValue();
            if (name.equals("$and") && value.isArray()) {
                value.asArray().forEach(part -> collect(part.asDocument(), into));
            } else if (name.equals("$or") && value.isArray() && value.asArray().size() == 1) {
                collect(value.asArray().get(0).asDocument(), into);
            } else if (!name.startsWith("$")) {
                BsonValue equal = equalTo(value);
                if (equal != null) {
                    into.put(name, equal);
                }
            }
        }
    }

    private static BsonValue equalTo(BsonValue condition) {
        if (condition.isRegularExpression()) {
            return null;
        }
        if (!FilterParser.isOperators(condition)) {
            return condition;
        }
        BsonDocument operators = condition.asDocument();
        if (operators.containsKey("$eq")) {
            return operators.get("$eq");
        }
        BsonValue in = operators.containsKey("$in") ? operators.get("$in") : operators.get("$all");
        boolean one = in != null && in.isArray() && in.asArray().size() == 1;
        boolean plain =
                one
                        && !in.asArray().get(0).isRegularExpression()
                        && !FilterParser.isOperators(in.asArray().get(0));
        return plain ? in.asArray().get(0) : null;
    }
}
