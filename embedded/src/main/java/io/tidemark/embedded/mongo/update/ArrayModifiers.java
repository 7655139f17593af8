package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonNumbers;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.update.Modifier.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** The operators on arrays (MongoDB manual, "Array Update Operators"), save {@code $push}. */
final class ArrayModifiers {
    private ArrayModifiers() {}

    static Modifier of(String operator, BsonValue argument) {
        return switch (operator) {
            case "$push" -> Push.parse(argument);
            case "$addToSet" -> addToSet(argument);
            case "$pull" -> removing("$pull", pullCondition(argument));
            case "$pullAll" -> removing("$pullAll", pullAllCondition(argument));
            case "$pop" -> pop(argument);
            default ->
                    throw ServerError.failedToParse(
                            "Unknown modifier: "
                                    + operator
                                    + ". Expected a valid update modifier or pipeline-style update"
                                    + " specified as an array");
        };
    }

    private static Modifier addToSet(BsonValue argument) {
        List<BsonValue> values = eachOf(argument, "$addToSet");
        return (old, context) -> {
            if (old != null && !old.isArray()) {
                throw ServerError.badValue(
                        "Cannot apply $addToSet to non-array field. Field has value " + old);
            }
            BsonArray result =
                    old == null ? new BsonArray() : new BsonArray(old.asArray().getValues());
            int before = result.size();
            for (BsonValue value : values) {
                if (result.stream()
                        .noneMatch(element -> BsonOrder.SIMPLE.compare(element, value) == 0)) {
                    result.add(Copies.of(value));
                }
            }
            return old != null && result.size() == before ? Change.NONE : Change.to(result);
        };
    }

    static List<BsonValue> eachOf(BsonValue argument, String operator) {
        boolean each =
                argument.isDocument()
                        && !argument.asDocument().isEmpty()
                        && argument.asDocument().containsKey("$each");
        if (!each) {
            return List.of(argument);
        }
        BsonDocument options = argument.asDocument();
        if (!options.get("$each").isArray()) {
            throw new ServerError(
                    operator.equals("$push") ? 2 : 14,
                    operator.equals("$push") ? "BadValue" : "TypeMismatch",
                    "The argument to $each in "
                            + operator
                            + " must be an array but it was "
                            + options.get("$each"));
        }
        if (operator.equals("$addToSet") && options.size() > 1) {
            throw ServerError.badValue(
                    "Found unexpected fields after $each in $addToSet: " + options);
        }
        return options.getArray("$each").getValues();
    }

    private static Predicate<BsonValue> pullCondition(BsonValue condition) {
        boolean document = condition.isDocument();
        boolean operators =
                document
                        && !condition.asDocument().isEmpty()
                        && condition.asDocument().getFirstKey().startsWith("$");
        if (document && !operators) {
            Filter filter = Filter.compile(condition.asDocument());
            return element -> element.isDocument() && filter.matches(element.asDocument());
        }
        if (!operators && !condition.isRegularExpression()) {
            return element -> BsonOrder.SIMPLE.compare(element, condition) == 0;
        }
        Filter filter = Filter.compile(new BsonDocument("v", condition));
        return element -> filter.matches(new BsonDocument("v", element));
    }

    private static Predicate<BsonValue> pullAllCondition(BsonValue values) {
        if (!values.isArray()) {
            throw ServerError.badValue(
                    "$pullAll requires an array argument but was given " + values);
        }
        List<BsonValue> unwanted = values.asArray().getValues();
        return element ->
                unwanted.stream().anyMatch(value -> BsonOrder.SIMPLE.compare(value, element) == 0);
    }

    /**
     * An operator that takes elements away and does nothing where there is no array to take from.
     */
    private record Removing(String operator, Predicate<BsonValue> unwanted) implements Modifier {
        @Override
        public Change change(BsonValue old, UpdateContext context) {
            if (old == null) {
                return Change.NONE;
            }
            if (!old.isArray()) {
                throw ServerError.badValue("Cannot apply " + operator + " to a non-array value");
            }
            List<BsonValue> kept = new ArrayList<>(old.asArray().getValues());
            return kept.removeIf(unwanted) ? Change.to(new BsonArray(kept)) : Change.NONE;
        }

        @Override
        public boolean creates() {
            return false;
        }
    }

    private static Modifier removing(String operator, Predicate<BsonValue> unwanted) {
        return new Removing(operator, unwanted);
    }

    private record Pop(boolean first) implements Modifier {
        @Override
        public Change change(BsonValue old, UpdateContext context) {
            if (old == null) {
                return Change.NONE;
            }
            if (!old.isArray()) {
                throw ServerError.typeMismatch("Path contains element of non-array type: " + old);
            }
            List<BsonValue> rest = new ArrayList<>(old.asArray().getValues());
            if (rest.isEmpty()) {
                return Change.NONE;
            }
            rest.remove(first ? 0 : rest.size() - 1);
            return Change.to(new BsonArray(rest));
        }

        @Override
        public boolean creates() {
            return false;
        }
    }

    private static Modifier pop(BsonValue argument) {
        long end = BsonNumbers.isNumber(argument) ? BsonNumbers.wholeNumber(argument).orElse(0) : 0;
        if (Math.abs(end) != 1) {
            throw ServerError.failedToParse("$pop expects 1 or -1, found: " + argument);
        }
        return new Pop(end == -1);
    }
}
