package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.Filter.Predicate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** The conditions on one path. */
final class FieldPredicates {
    private FieldPredicates() {}

    /** A test of one value; null means that there is none. */
    private interface ValueTest {
        boolean test(BsonValue value);
    }

    private static Predicate anyElement(FieldPath path, ValueTest test) {
        return (document, position) -> firstMatch(path.reachElements(document), test, position);
    }

    private static Predicate anyPlace(FieldPath path, ValueTest test) {
        return (document, position) -> firstMatch(path.reach(document), test, position);
    }

    private static boolean firstMatch(
            List<FieldPath.Reached> places, ValueTest test, Filter.Position position) {
        for (FieldPath.Reached place : places) {
            if (test.test(place.value())) {
                if (place.arrayIndex().isPresent()) {
                    position.index = place.arrayIndex();
                }
                return true;
            }
        }
        return false;
    }

    /**
     * {@code {field: value}}: a regular expression matches strings, everything else is equality.
     */
    static Predicate equality(FieldPath path, BsonValue value) {
        return value.isRegularExpression()
                ? anyElement(path, regexTest(value, FilterParser.pattern(value, null)))
                : equal(path, value);
    }

    static Predicate equal(FieldPath path, BsonValue value) {
        return anyElement(path, equalTest(value));
    }

    private static ValueTest equalTest(BsonValue wanted) {
        if (wanted.isNull()) {
            return value -> value == null || value.isNull();
        }
        return value -> value != null && BsonOrder.SIMPLE.compare(value, wanted) == 0;
    }

    private static ValueTest regexTest(BsonValue regex, Pattern pattern) {
        return value -> value != null && (matches(pattern, value) || value.equals(regex));
    }

    private static boolean matches(Pattern pattern, BsonValue value) {
        return value != null
                && ((value.isString() && pattern.matcher(value.asString().getValue()).find())
                        || (value.isSymbol()
                                && pattern.matcher(value.asSymbol().getSymbol()).find()));
    }

    /** Ordered comparison stays inside one type, except against MinKey and MaxKey. */
    static Predicate ordered(FieldPath path, String name, BsonValue bound) {
        if (bound.isRegularExpression()) {
            throw ServerError.badValue(
                    "Can't have RegEx as arg to predicate over field '" + path.dotted() + "'.");
        }
        boolean orEqual = name.endsWith("e");
        boolean greater = name.startsWith("$gt");
        int rank = BsonOrder.rank(bound);
        boolean allTypes = rank == -1 || rank == 127;
        return anyElement(
                path,
                value -> {
                    if (rank == 5) {
                        return orEqual && (value == null || value.isNull());
                    }
                    if (value == null || (!allTypes && BsonOrder.rank(value) != rank)) {
                        return false;
                    }
                    if (rank == 10 && (BsonNumbers.isNaN(bound) || BsonNumbers.isNaN(value))) {
                        return orEqual && BsonNumbers.isNaN(bound) && BsonNumbers.isNaN(value);
                    }
                    int order = BsonOrder.SIMPLE.compare(value, bound);
                    return order == 0 ? orEqual : greater == (order > 0);
                });
    }

    static Predicate in(FieldPath path, BsonArray values) {
        List<ValueTest> tests = new ArrayList<>();
        for (BsonValue value : values) {
            if (FilterParser.isOperators(value)) {
                throw ServerError.badValue("cannot nest $ under $in");
            }
            tests.add(
                    value.isRegularExpression()
                            ? regexTest(value, FilterParser.pattern(value, null))
                            : equalTest(value));
        }
        return anyElement(path, value -> tests.stream().anyMatch(test -> test.test(value)));
    }

    static Predicate exists(FieldPath path, boolean wanted) {
        Predicate present = anyPlace(path, value -> value != null);
        return wanted ? present : present.negated();
    }

    static Predicate type(FieldPath path, BsonValue types) {
        List<ValueTest> tests = new ArrayList<>();
        Iterable<BsonValue> all = types.isArray() ? types.asArray() : List.of(types);
        for (BsonValue type : all) {
            tests.add(TypeNames.test(type)::test);
        }
        if (tests.isEmpty()) {
            throw ServerError.failedToParse(path.dotted() + " must match at least one type");
        }
        return anyElement(
                path, value -> value != null && tests.stream().anyMatch(test -> test.test(value)));
    }

    static Predicate regex(FieldPath path, Pattern pattern) {
        return anyElement(path, value -> matches(pattern, value));
    }

    static Predicate size(FieldPath path, BsonValue size) {
        OptionalLong wanted =
                BsonNumbers.isNumber(size) ? BsonNumbers.wholeNumber(size) : OptionalLong.empty();
        if (wanted.isEmpty() || wanted.getAsLong() < 0) {
            throw ServerError.failedToParse(
                    "Failed to parse $size. Expected a non-negative number in: $size: " + size);
        }
        return anyPlace(
                path,
                value ->
                        value != null
                                && value.isArray()
                                && value.asArray().size() == wanted.getAsLong());
    }

    static Predicate containsAll(FieldPath path, BsonArray values) {
        if (values.isEmpty()) {
            return (document, position) -> false;
        }
        List<Predicate> parts = new ArrayList<>();
        for (BsonValue value : values) {
            boolean elemMatch =
                    FilterParser.isOperators(value)
                            && value.asDocument().getFirstKey().equals("$elemMatch");
            if (FilterParser.isOperators(value) && !elemMatch) {
                throw ServerError.badValue("no $ expressions in $all");
            }
            parts.add(
                    elemMatch
                            ? elemMatch(path, value.asDocument().get("$elemMatch"))
                            : equality(path, value));
        }
        return Predicate.all(parts);
    }

    static Predicate elemMatch(FieldPath path, BsonValue condition) {
        if (!condition.isDocument()) {
            throw ServerError.badValue("$elemMatch needs an Object");
        }
        BsonDocument inner = condition.asDocument();
        boolean onValues = FilterParser.isOperators(inner) && !isLogical(inner.getFirstKey());
        Predicate predicate =
                onValues
                        ? FilterParser.operators(FieldPath.ELEMENT, inner)
                        : FilterParser.parse(inner);
        return (document, position) -> {
            for (FieldPath.Reached place : path.reach(document)) {
                int index =
                        place.value() == null || !place.value().isArray()
                                ? -1
                                : firstIndex(place.value().asArray(), predicate, onValues);
                if (index >= 0) {
                    position.index =
                            place.arrayIndex().isPresent()
                                    ? place.arrayIndex()
                                    : java.util.OptionalInt.of(index);
                    return true;
                }
            }
            return false;
        };
    }

    private static boolean isLogical(String name) {
        return name.equals("$and") || name.equals("$or") || name.equals("$nor");
    }

    /**
     * Values are tested as an element reached by index, so that their own arrays are not looked
     * into.
     */
    private static int firstIndex(BsonArray array, Predicate predicate, boolean onValues) {
        for (int i = 0; i < array.size(); i++) {
            BsonValue element = array.get(i);
            BsonDocument tested = null;
            if (onValues) {
                tested = FieldPath.asElement(element);
            } else if (element.isDocument()) {
                tested = element.asDocument();
            } else if (element.isArray()) {
                tested = numbered(element.asArray());
            }
            if (tested != null && predicate.test(tested, new Filter.Position())) {
                return i;
            }
        }
        return -1;
    }

    private static BsonDocument numbered(BsonArray array) {
        BsonDocument document = new BsonDocument();
        for (int i = 0; i < array.size(); i++) {
            document.put(Integer.toString(i), array.get(i));
        }
        return document;
    }

    static Predicate mod(FieldPath path, BsonValue argument) {
        if (!argument.isArray() || argument.asArray().size() < 2) {
            throw ServerError.badValue("malformed mod, not enough elements");
        }
        BsonArray pair = argument.asArray();
        if (pair.size() > 2) {
            throw ServerError.badValue("malformed mod, too many elements");
        }
        if (!BsonNumbers.isNumber(pair.get(0)) || !BsonNumbers.isNumber(pair.get(1))) {
            throw ServerError.badValue("malformed mod, divisor not a number");
        }
        long divisor = BsonNumbers.truncated(pair.get(0));
        long remainder = BsonNumbers.truncated(pair.get(1));
        if (divisor == 0) {
            throw ServerError.badValue("divisor cannot be 0");
        }
        return anyElement(
                path,
                value ->
                        BsonNumbers.isNumber(value)
                                && Double.isFinite(BsonNumbers.approximate(value))
                                && BsonNumbers.truncated(value) % divisor == remainder);
    }
}
