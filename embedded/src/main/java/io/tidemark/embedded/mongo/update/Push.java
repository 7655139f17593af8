package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonNumbers;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.SortOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * {@code $push}: new elements go in at the position, then the array is sorted, then cut.
 *
 * @param position where to insert; negative counts from the end; at the end if empty
 * @param slice how many to keep; negative keeps the last ones; all if empty
 */
record Push(
        List<BsonValue> values,
        OptionalLong position,
        OptionalLong slice,
        Optional<Comparator<BsonValue>> sort)
        implements Modifier {

    static Push parse(BsonValue argument) {
        List<BsonValue> values = ArrayModifiers.eachOf(argument, "$push");
        if (!argument.isDocument() || !argument.asDocument().containsKey("$each")) {
            return new Push(values, OptionalLong.empty(), OptionalLong.empty(), Optional.empty());
        }
        BsonDocument options = argument.asDocument();
        for (String name : options.keySet()) {
            if (!List.of("$each", "$position", "$slice", "$sort").contains(name)) {
                throw ServerError.badValue("Unrecognized clause in $push: " + name);
            }
        }
        return new Push(
                values,
                whole("$position", options.get("$position")),
                whole("$slice", options.get("$slice")),
                Optional.ofNullable(options.get("$sort")).map(Push::order));
    }

    private static OptionalLong whole(String name, BsonValue value) {
        if (value == null) {
            return OptionalLong.empty();
        }
        OptionalLong number =
                BsonNumbers.isNumber(value) ? BsonNumbers.wholeNumber(value) : OptionalLong.empty();
        if (number.isEmpty()) {
            throw ServerError.badValue(
                    "The value for " + name + " must be an integer value but was given " + value);
        }
        return number;
    }

    private static Comparator<BsonValue> order(BsonValue sort) {
        if (sort.isDocument() && !sort.asDocument().isEmpty()) {
            SortOrder byFields = SortOrder.of(sort.asDocument());
            return Comparator.comparing(
                    element -> element.isDocument() ? element.asDocument() : new BsonDocument(),
                    byFields);
        }
        long direction = BsonNumbers.isNumber(sort) ? BsonNumbers.wholeNumber(sort).orElse(0) : 0;
        if (Math.abs(direction) != 1) {
            throw ServerError.badValue(
                    "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1}");
        }
        return direction == 1 ? BsonOrder.SIMPLE : BsonOrder.SIMPLE.reversed();
    }

    @Override
    public Change change(BsonValue old, UpdateContext context) {
        if (old != null && !old.isArray()) {
            throw ServerError.badValue(
                    "The field must be an array but is of type " + old.getBsonType());
        }
        List<BsonValue> before = old == null ? List.of() : old.asArray().getValues();
        int at = insertionPoint(before.size());
        boolean appends = at == before.size() && slice.isEmpty() && sort.isEmpty();
        if (old != null && appends) {
            return values.isEmpty() ? Change.NONE : new Append(copies());
        }
        List<BsonValue> result = new ArrayList<>(before);
        result.addAll(at, copies());
        sort.ifPresent(result::sort);
        BsonArray after = new BsonArray(cut(result));
        return Modifiers.unlessSame(old, after);
    }

    private List<BsonValue> copies() {
        List<BsonValue> copies = new ArrayList<>();
        values.forEach(value -> copies.add(Copies.of(value)));
        return copies;
    }

    private int insertionPoint(int size) {
        if (position.isEmpty() || position.getAsLong() >= size) {
            return size;
        }
        long at = position.getAsLong();
        return (int) (at >= 0 ? at : Math.max(0, size + at));
    }

    private List<BsonValue> cut(List<BsonValue> all) {
        if (slice.isEmpty() || Math.abs(slice.getAsLong()) >= all.size()) {
            return all;
        }
        int keep = (int) slice.getAsLong();
        return keep >= 0 ? all.subList(0, keep) : all.subList(all.size() + keep, all.size());
    }
}
