package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.BsonOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;

/**
 * The part of {@code $jsonSchema} that validators commonly use (MongoDB manual, "$jsonSchema").
 * Keywords it does not know are refused when the validator is set, never ignored.
 */
record JsonSchema(BsonDocument schema) {
    private static final Set<String> KEYWORDS =
            Set.of(
                    "bsonType",
                    "required",
                    "properties",
                    "additionalProperties",
                    "enum",
                    "minimum",
                    "maximum",
                    "minLength",
                    "maxLength",
                    "pattern",
                    "items",
                    "minItems",
                    "maxItems",
                    "allOf",
                    "anyOf",
                    "oneOf",
                    "not",
                    "title",
                    "description");
    private static final Map<BsonType, String> NAMES =
            Map.ofEntries(
                    Map.entry(BsonType.DOUBLE, "double"),
                    Map.entry(BsonType.STRING, "string"),
                    Map.entry(BsonType.DOCUMENT, "object"),
                    Map.entry(BsonType.ARRAY, "array"),
                    Map.entry(BsonType.BINARY, "binData"),
                    Map.entry(BsonType.OBJECT_ID, "objectId"),
                    Map.entry(BsonType.BOOLEAN, "bool"),
                    Map.entry(BsonType.DATE_TIME, "date"),
                    Map.entry(BsonType.NULL, "null"),
                    Map.entry(BsonType.REGULAR_EXPRESSION, "regex"),
                    Map.entry(BsonType.JAVASCRIPT, "javascript"),
                    Map.entry(BsonType.INT32, "int"),
                    Map.entry(BsonType.TIMESTAMP, "timestamp"),
                    Map.entry(BsonType.INT64, "long"),
                    Map.entry(BsonType.DECIMAL128, "decimal"),
                    Map.entry(BsonType.MIN_KEY, "minKey"),
                    Map.entry(BsonType.MAX_KEY, "maxKey"));

    /** Refuses a schema with keywords that are not checked here. */
    void requireKnown() {
        for (String keyword : schema.keySet()) {
            if (!KEYWORDS.contains(keyword)) {
                throw new CommandFailure(
                        ErrorCode.FailedToParse, "Unknown $jsonSchema keyword: " + keyword);
            }
        }
        schema.getDocument("properties", new BsonDocument())
                .values()
                .forEach(part -> new JsonSchema(part.asDocument()).requireKnown());
        for (String list : List.of("allOf", "anyOf", "oneOf")) {
            schema.getArray(list, new BsonArray())
                    .forEach(part -> new JsonSchema(part.asDocument()).requireKnown());
        }
    }

    boolean matches(BsonValue value) {
        return schema.entrySet().stream()
                .allMatch(keyword -> holds(keyword.getKey(), keyword.getValue(), value));
    }

    /** A keyword about another type than the value's holds. */
    private boolean holds(String keyword, BsonValue given, BsonValue value) {
        return switch (keyword) {
            case "bsonType" -> isOfType(given, value);
            case "required" ->
                    !value.isDocument()
                            || given.asArray().stream()
                                    .allMatch(
                                            name ->
                                                    value.asDocument()
                                                            .containsKey(
                                                                    name.asString().getValue()));
            case "properties" -> !value.isDocument() || properties(given, value.asDocument());
            case "additionalProperties" -> !value.isDocument() || additional(given, value);
            case "enum" ->
                    given.asArray().stream()
                            .anyMatch(one -> BsonOrder.SIMPLE.compare(one, value) == 0);
            case "minimum" -> !value.isNumber() || BsonOrder.SIMPLE.compare(value, given) >= 0;
            case "maximum" -> !value.isNumber() || BsonOrder.SIMPLE.compare(value, given) <= 0;
            case "minLength" -> !value.isString() || length(value) >= number(given);
            case "maxLength" -> !value.isString() || length(value) <= number(given);
            case "pattern" ->
                    !value.isString()
                            || Pattern.compile(given.asString().getValue())
                                    .matcher(value.asString().getValue())
                                    .find();
            case "minItems" -> !value.isArray() || value.asArray().size() >= number(given);
            case "maxItems" -> !value.isArray() || value.asArray().size() <= number(given);
            case "items" ->
                    !value.isArray()
                            || value.asArray().stream()
                                    .allMatch(new JsonSchema(given.asDocument())::matches);
            case "allOf" -> matching(given, value) == given.asArray().size();
            case "anyOf" -> matching(given, value) > 0;
            case "oneOf" -> matching(given, value) == 1;
            case "not" -> !new JsonSchema(given.asDocument()).matches(value);
            default -> true;
        };
    }

    private static boolean isOfType(BsonValue given, BsonValue value) {
        List<BsonValue> names = given.isArray() ? given.asArray().getValues() : List.of(given);
        return names.stream()
                .map(name -> name.asString().getValue())
                .anyMatch(
                        name ->
                                name.equals(NAMES.get(value.getBsonType()))
                                        || name.equals("number") && value.isNumber());
    }

    private static boolean properties(BsonValue given, BsonDocument document) {
        return given.asDocument().entrySet().stream()
                .allMatch(
                        property ->
                                !document.containsKey(property.getKey())
                                        || new JsonSchema(property.getValue().asDocument())
                                                .matches(document.get(property.getKey())));
    }

    private boolean additional(BsonValue given, BsonValue value) {
        BsonDocument known = schema.getDocument("properties", new BsonDocument());
        boolean allowed = !given.isBoolean() || given.asBoolean().getValue();
        return value.asDocument().entrySet().stream()
                .filter(field -> !known.containsKey(field.getKey()))
                .allMatch(
                        field ->
                                given.isDocument()
                                        ? new JsonSchema(given.asDocument())
                                                .matches(field.getValue())
                                        : allowed);
    }

    private static long matching(BsonValue schemas, BsonValue value) {
        return schemas.asArray().stream()
                .filter(one -> new JsonSchema(one.asDocument()).matches(value))
                .count();
    }

    private static int length(BsonValue value) {
        String text = value.asString().getValue();
        return text.codePointCount(0, text.length());
    }

    private static long number(BsonValue value) {
        return value.asNumber().longValue();
    }
}
