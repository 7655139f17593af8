package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonNumbers;
import io.tidemark.embedded.mongo.query.FieldPath;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Expressions of update pipelines: literals, field paths, {@code $literal} and a few operators. */
final class Expression {
    private Expression() {}

    /** The value, or null where a path leads nowhere. */
    static BsonValue evaluate(BsonValue expression, BsonDocument root) {
        if (expression instanceof BsonString text && text.getValue().startsWith("$")) {
            return variable(text.getValue(), root);
        }
        if (expression.isArray()) {
            BsonArray values = new BsonArray();
            expression.asArray().forEach(element -> values.add(orNull(evaluate(element, root))));
            return values;
        }
        if (!expression.isDocument() || expression.asDocument().isEmpty()) {
            return expression;
        }
        BsonDocument document = expression.asDocument();
        return document.getFirstKey().startsWith("$")
                ? operator(document, root)
                : object(document, root);
    }

    private static BsonValue orNull(BsonValue value) {
        return value == null ? BsonNull.VALUE : value;
    }

    private static BsonValue object(BsonDocument document, BsonDocument root) {
        BsonDocument result = new BsonDocument();
        document.forEach(
                (name, inner) -> {
                    BsonValue value = evaluate(inner, root);
                    if (value != null) {
                        result.put(name, value);
                    }
                });
        return result;
    }

    private static BsonValue variable(String text, BsonDocument root) {
        if (text.equals("$$ROOT") || text.equals("$$CURRENT")) {
            return root;
        }
        if (text.equals("$$REMOVE")) {
            return null;
        }
        if (text.startsWith("$$")) {
            throw ServerError.location(17276, "Use of undefined variable: " + text.substring(2));
        }
        return at(root, FieldPath.strict(text.substring(1)).parts());
    }

    /** Through arrays a path gives the array of what it finds in their elements. */
    private static BsonValue at(BsonValue value, List<String> parts) {
        if (value == null || parts.isEmpty()) {
            return value;
        }
        if (value.isArray()) {
            BsonArray found = new BsonArray();
            for (BsonValue element : value.asArray()) {
                BsonValue inner =
                        element.isDocument() || element.isArray() ? at(element, parts) : null;
                if (inner != null) {
                    found.add(inner);
                }
            }
            return found;
        }
        return value.isDocument()
                ? at(value.asDocument().get(parts.get(0)), parts.subList(1, parts.size()))
                : null;
    }

    private static BsonValue operator(BsonDocument document, BsonDocument root) {
        if (document.size() != 1) {
            throw ServerError.location(
                    15983,
                    "An object representing an expression must have exactly one field: "
                            + document);
        }
        String name = document.getFirstKey();
        BsonValue argument = document.get(name);
        if (name.equals("$literal")) {
            return argument;
        }
        BsonValue evaluated = evaluate(argument, root);
        BsonArray values =
                evaluated != null && evaluated.isArray()
                        ? evaluated.asArray()
                        : new BsonArray(List.of(orNull(evaluated)));
        return switch (name) {
            case "$add" -> fold(values, true);
            case "$multiply" -> fold(values, false);
            case "$concat" -> concat(values);
            case "$concatArrays" -> concatArrays(values);
            case "$mergeObjects" -> merge(values);
            case "$ifNull" ->
                    values.stream()
                            .filter(value -> !value.isNull())
                            .findFirst()
                            .orElse(values.get(values.size() - 1));
            default ->
                    throw new ServerError(
                            168,
                            "InvalidPipelineOperator",
                            "Unrecognized expression '" + name + "'");
        };
    }

    private static BsonValue fold(BsonArray values, boolean sum) {
        BsonValue result = new BsonInt32(sum ? 0 : 1);
        for (BsonValue value : values) {
            if (value.isNull()) {
                return BsonNull.VALUE;
            }
            if (!BsonNumbers.isNumber(value)) {
                throw ServerError.typeMismatch(
                        "only numbers are allowed in an $add or $multiply, not " + value);
            }
            result = sum ? BsonNumbers.add(result, value) : BsonNumbers.multiply(result, value);
        }
        return result;
    }

    private static BsonValue concat(BsonArray values) {
        StringBuilder text = new StringBuilder();
        for (BsonValue value : values) {
            if (value.isNull()) {
                return BsonNull.VALUE;
            }
            if (!value.isString()) {
                throw ServerError.location(
                        16702, "$concat only supports strings, not " + value.getBsonType());
            }
            text.append(value.asString().getValue());
        }
        return new BsonString(text.toString());
    }

    private static BsonValue concatArrays(BsonArray values) {
        BsonArray all = new BsonArray();
        for (BsonValue value : values) {
            if (value.isNull()) {
                return BsonNull.VALUE;
            }
            if (!value.isArray()) {
                throw ServerError.location(
                        28664, "$concatArrays only supports arrays, not " + value.getBsonType());
            }
            all.addAll(value.asArray());
        }
        return all;
    }

    private static BsonValue merge(BsonArray values) {
        BsonDocument merged = new BsonDocument();
        for (BsonValue value : values) {
            if (value.isDocument()) {
                merged.putAll(value.asDocument());
            } else if (!value.isNull()) {
                throw ServerError.location(
                        40400, "$mergeObjects requires object inputs, not " + value.getBsonType());
            }
        }
        return merged;
    }
}
