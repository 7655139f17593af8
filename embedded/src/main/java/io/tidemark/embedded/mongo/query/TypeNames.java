package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.bson.BsonType;
import org.bson.BsonValue;

/** The type names and numbers that {@code $type} accepts. */
final class TypeNames {
    private static final Map<String, BsonType> BY_NAME =
            Map.ofEntries(
                    Map.entry("double", BsonType.DOUBLE),
                    Map.entry("string", BsonType.STRING),
                    Map.entry("object", BsonType.DOCUMENT),
                    Map.entry("array", BsonType.ARRAY),
                    Map.entry("binData", BsonType.BINARY),
                    Map.entry("undefined", BsonType.UNDEFINED),
                    Map.entry("objectId", BsonType.OBJECT_ID),
                    Map.entry("bool", BsonType.BOOLEAN),
                    Map.entry("date", BsonType.DATE_TIME),
                    Map.entry("null", BsonType.NULL),
                    Map.entry("regex", BsonType.REGULAR_EXPRESSION),
                    Map.entry("dbPointer", BsonType.DB_POINTER),
                    Map.entry("javascript", BsonType.JAVASCRIPT),
                    Map.entry("symbol", BsonType.SYMBOL),
                    Map.entry("javascriptWithScope", BsonType.JAVASCRIPT_WITH_SCOPE),
                    Map.entry("int", BsonType.INT32),
                    Map.entry("timestamp", BsonType.TIMESTAMP),
                    Map.entry("long", BsonType.INT64),
                    Map.entry("decimal", BsonType.DECIMAL128),
                    Map.entry("minKey", BsonType.MIN_KEY),
                    Map.entry("maxKey", BsonType.MAX_KEY));

    private TypeNames() {}

    static Predicate<BsonValue> test(BsonValue type) {
        if (type.isString()) {
            return named(type.asString().getValue());
        }
        OptionalLong number =
                BsonNumbers.isNumber(type) ? BsonNumbers.wholeNumber(type) : OptionalLong.empty();
        if (number.isEmpty()) {
            throw ServerError.typeMismatch("type must be represented as a number or a string");
        }
        long wanted = number.getAsLong();
        for (BsonType candidate : BsonType.values()) {
            long code = candidate == BsonType.MIN_KEY ? -1 : candidate.getValue();
            if (code == wanted && candidate != BsonType.END_OF_DOCUMENT) {
                return value -> value.getBsonType() == candidate;
            }
        }
        throw ServerError.badValue("Invalid numerical type code: " + wanted);
    }

    private static Predicate<BsonValue> named(String name) {
        if (name.equals("number")) {
            return BsonNumbers::isNumber;
        }
        BsonType wanted = BY_NAME.get(name);
        if (wanted == null) {
            throw ServerError.badValue("Unknown type name alias: " + name);
        }
        return value -> value.getBsonType() == wanted;
    }
}
