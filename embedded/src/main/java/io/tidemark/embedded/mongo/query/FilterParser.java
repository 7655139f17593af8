package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.Filter.Predicate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Turns a filter document into predicates. */
final class FilterParser {
    private FilterParser() {}

    static Predicate parse(BsonDocument filter) {
        List<Predicate> parts = new ArrayList<>();
        for (Map.Entry<String, BsonValue> condition : filter.entrySet()) {
            String name = condition.getKey();
            BsonValue value = condition.getValue();
            if (name.startsWith("$")) {
                parts.add(topLevel(name, value));
            } else if (isOperators(value)) {
                parts.add(operators(FieldPath.of(name), value.asDocument()));
            } else {
                parts.add(FieldPredicates.equality(FieldPath.of(name), value));
            }
        }
        return parts.size() == 1 ? parts.get(0) : Predicate.all(parts);
    }

    private static Predicate topLevel(String name, BsonValue value) {
        return switch (name) {
            case "$and" -> Predicate.all(clauses(name, value));
            case "$or" -> Predicate.any(clauses(name, value));
            case "$nor" -> Predicate.any(clauses(name, value)).negated();
            case "$comment" -> (document, position) -> true;
            default -> throw ServerError.badValue("unknown top level operator: " + name);
        };
    }

    private static List<Predicate> clauses(String name, BsonValue value) {
        if (!value.isArray()) {
            throw ServerError.badValue(name + " must be an array");
        }
        if (value.asArray().isEmpty()) {
            throw ServerError.badValue("$and/$or/$nor must be a nonempty array");
        }
        List<Predicate> parts = new ArrayList<>();
        for (BsonValue clause : value.asArray()) {
            if (!clause.isDocument()) {
                throw ServerError.badValue("$or/$and/$nor entries need to be full objects");
            }
            parts.add(parse(clause.asDocument()));
        }
        return parts;
    }

    /**
     * A document is a set of operators if its first name is one; {@code $ref}/{@code $id}/{@code
     * $db} are names.
     */
    static boolean isOperators(BsonValue value) {
        if (!value.isDocument() || value.asDocument().isEmpty()) {
            return false;
        }
        String first = value.asDocument().getFirstKey();
        return first.startsWith("$")
                && !first.equals("$ref")
                && !first.equals("$id")
                && !first.equals("$db");
    }

    static Predicate operators(FieldPath path, BsonDocument operators) {
        List<Predicate> parts = new ArrayList<>();
        for (Map.Entry<String, BsonValue> operator : operators.entrySet()) {
            if (!operator.getKey().equals("$options")) {
                parts.add(operator(path, operator.getKey(), operator.getValue(), operators));
            } else if (!operators.containsKey("$regex")) {
                throw ServerError.badValue("$options needs a $regex");
            }
        }
        return parts.size() == 1 ? parts.get(0) : Predicate.all(parts);
    }

    private static Predicate operator(
            FieldPath path, String name, BsonValue value, BsonDocument siblings) {
        return switch (name) {
            case "$eq" -> FieldPredicates.equal(path, value);
            case "$ne" -> FieldPredicates.equal(path, value).negated();
            case "$gt", "$gte", "$lt", "$lte" -> FieldPredicates.ordered(path, name, value);
            case "$in" -> FieldPredicates.in(path, array(name, value));
            case "$nin" -> FieldPredicates.in(path, array(name, value)).negated();
            case "$exists" -> FieldPredicates.exists(path, truthy(value));
            case "$type" -> FieldPredicates.type(path, value);
            case "$regex" -> FieldPredicates.regex(path, pattern(value, siblings.get("$options")));
            case "$size" -> FieldPredicates.size(path, value);
            case "$all" -> FieldPredicates.containsAll(path, array(name, value));
            case "$elemMatch" -> FieldPredicates.elemMatch(path, value);
            case "$mod" -> FieldPredicates.mod(path, value);
            case "$not" -> not(path, value);
            default -> throw ServerError.badValue("unknown operator: " + name);
        };
    }

    private static BsonArray array(String name, BsonValue value) {
        if (!value.isArray()) {
            throw ServerError.badValue(name + " needs an array");
        }
        return value.asArray();
    }

    private static Predicate not(FieldPath path, BsonValue value) {
        if (value.isRegularExpression()) {
            return FieldPredicates.regex(path, pattern(value, null)).negated();
        }
        if (!value.isDocument()) {
            throw ServerError.badValue("$not needs a regex or a document");
        }
        if (value.asDocument().isEmpty()) {
            throw ServerError.badValue("$not cannot be empty");
        }
        return operators(path, value.asDocument()).negated();
    }

    static boolean truthy(BsonValue value) {
        if (value.isBoolean()) {
            return value.asBoolean().getValue();
        }
        if (BsonNumbers.isNumber(value)) {
            return BsonNumbers.isNaN(value) || BsonNumbers.approximate(value) != 0;
        }
        return !value.isNull() && BsonOrder.rank(value) != 0;
    }

    static Pattern pattern(BsonValue value, BsonValue options) {
        String text;
        String flags;
        if (value.isRegularExpression()) {
            text = value.asRegularExpression().getPattern();
            flags = value.asRegularExpression().getOptions();
        } else if (value.isString()) {
            text = value.asString().getValue();
            flags = "";
        } else {
            throw ServerError.badValue("$regex has to be a string");
        }
        if (options instanceof BsonString given) {
            flags = given.getValue();
        }
        return Pattern.compile(text, flags(flags));
    }

    private static int flags(String options) {
        int flags = 0;
        for (char option : options.toCharArray()) {
            flags |=
                    switch (option) {
                        case 'i' -> Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
                        case 'm' -> Pattern.MULTILINE;
                        case 's' -> Pattern.DOTALL;
                        case 'x' -> Pattern.COMMENTS;
                        case 'u' -> Pattern.UNICODE_CHARACTER_CLASS;
                        default ->
                                throw ServerError.location(
                                        51108, "invalid flag in regex options: " + option);
                    };
        }
        return flags;
    }
}
