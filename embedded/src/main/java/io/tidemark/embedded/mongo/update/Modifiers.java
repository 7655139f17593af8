package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonNumbers;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.update.Modifier.Change;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;

/** The operators on single values (MongoDB manual, "Field Update Operators" and "$bit"). */
final class Modifiers {
    private Modifiers() {}

    static Modifier of(String operator, BsonValue argument) {
        return switch (operator) {
            case "$set" -> set(argument);
            case "$setOnInsert" ->
                    (old, context) ->
                            context.inserting() ? set(argument).change(old, context) : Change.NONE;
            case "$unset" -> new Unset();
            case "$inc" -> arithmetic(argument, "increment", "$inc");
            case "$mul" -> arithmetic(argument, "multiply", "$mul");
            case "$min" -> extreme(argument, -1);
            case "$max" -> extreme(argument, 1);
            case "$currentDate" -> currentDate(argument);
            case "$bit" -> bit(argument);
            default -> ArrayModifiers.of(operator, argument);
        };
    }

    /** $set on insert makes no path on an update, either. */
    static boolean onlyOnInsert(String operator) {
        return operator.equals("$setOnInsert");
    }

    static Modifier set(BsonValue value) {
        return (old, context) -> unlessSame(old, value);
    }

    static Change unlessSame(BsonValue old, BsonValue value) {
        return old != null && BsonOrder.identical(old, value)
                ? Change.NONE
                : Change.to(Copies.of(value));
    }

    private record Unset() implements Modifier {
        @Override
        public Change change(BsonValue old, UpdateContext context) {
            return old == null ? Change.NONE : new Remove();
        }

        @Override
        public boolean creates() {
            return false;
        }

        @Override
        public boolean toleratesScalars() {
            return true;
        }
    }

    private static Modifier arithmetic(BsonValue operand, String verb, String operator) {
        if (!BsonNumbers.isNumber(operand)) {
            throw ServerError.typeMismatch(
                    "Cannot " + verb + " with non-numeric argument: " + operand);
        }
        boolean sum = operator.equals("$inc");
        return (old, context) -> {
            if (old != null && !BsonNumbers.isNumber(old)) {
                throw ServerError.typeMismatch(
                        "Cannot apply " + operator + " to a value of non-numeric type: " + old);
            }
            BsonValue base = old != null ? old : new BsonInt32(0);
            try {
                BsonValue result =
                        sum
                                ? (old == null ? operand : BsonNumbers.add(base, operand))
                                : BsonNumbers.multiply(base, operand);
                return unlessSame(old, result);
            } catch (ArithmeticException overflow) {
                throw ServerError.badValue(
                        "Failed to apply "
                                + operator
                                + " operations to current value ("
                                + old
                                + ") with "
                                + operand
                                + ": the result does not fit 64 bits");
            }
        };
    }

    private static Modifier extreme(BsonValue argument, int sign) {
        return (old, context) -> {
            boolean wins = old == null || BsonOrder.SIMPLE.compare(argument, old) * sign > 0;
            return wins ? Change.to(argument) : Change.NONE;
        };
    }

    private static Modifier currentDate(BsonValue argument) {
        boolean timestamp;
        if (argument.isBoolean()) {
            timestamp = false;
        } else if (argument.isDocument()
                && argument.asDocument().size() == 1
                && argument.asDocument().get("$type") instanceof org.bson.BsonString type
                && (type.getValue().equals("date") || type.getValue().equals("timestamp"))) {
            timestamp = type.getValue().equals("timestamp");
        } else {
            throw ServerError.badValue(
                    "The '$type' string field is required to be 'date' or 'timestamp': "
                            + "{$currentDate: {field : {$type: 'date'}}}");
        }
        return (old, context) -> Change.to(timestamp ? context.time() : context.now());
    }

    private static Modifier bit(BsonValue argument) {
        if (!argument.isDocument() || argument.asDocument().isEmpty()) {
            throw ServerError.badValue(
                    "The $bit modifier is not compatible with "
                            + argument
                            + ": pass a document such as {$bit: {field: {and: 5}}}");
        }
        for (Map.Entry<String, BsonValue> part : argument.asDocument().entrySet()) {
            bitOperator(part.getKey());
            requireInteger(part.getValue());
        }
        return (old, context) -> {
            if (old != null && !old.isInt32() && !old.isInt64()) {
                throw ServerError.badValue(
                        "Cannot apply $bit to a value of non-integral type: " + old);
            }
            return unlessSame(
                    old, bits(old == null ? new BsonInt32(0) : old, argument.asDocument()));
        };
    }

    private static BsonValue bits(BsonValue start, BsonDocument operations) {
        BsonValue value = start;
        for (Map.Entry<String, BsonValue> part : operations.entrySet()) {
            long result =
                    bitOperator(part.getKey())
                            .applyAsLong(
                                    BsonNumbers.truncated(value),
                                    BsonNumbers.truncated(part.getValue()));
            boolean small = value.isInt32() && part.getValue().isInt32();
            value = small ? new BsonInt32((int) result) : new BsonInt64(result);
        }
        return value;
    }

    private static LongBinaryOperator bitOperator(String name) {
        return switch (name) {
            case "and" -> (left, right) -> left & right;
            case "or" -> (left, right) -> left | right;
            case "xor" -> (left, right) -> left ^ right;
            default ->
                    throw ServerError.badValue(
                            "The $bit modifier only supports 'and', 'or', and 'xor', not '"
                                    + name
                                    + "'");
        };
    }

    private static void requireInteger(BsonValue value) {
        if (!value.isInt32() && !value.isInt64()) {
            throw ServerError.badValue(
                    "The $bit modifier field must be an Integer(32/64 bit); got " + value);
        }
    }
}
