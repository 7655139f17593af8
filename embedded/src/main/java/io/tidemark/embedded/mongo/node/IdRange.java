package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.store.IdKey;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * The part of the {@code _id} order a filter can match; the filter itself still decides.
 *
 * @param from lower bound, or null
 * @param to upper bound, or null
 * @param points the only possible keys, if the filter names them
 */
record IdRange(
        IdKey from,
        boolean fromInclusive,
        IdKey to,
        boolean toInclusive,
        Optional<List<IdKey>> points) {
    static final IdRange ALL = new IdRange(null, true, null, true, Optional.empty());

    boolean isAll() {
        return from == null && to == null && points.isEmpty();
    }

    <V> NavigableMap<IdKey, V> of(NavigableMap<IdKey, V> map) {
        NavigableMap<IdKey, V> part = map;
        if (from != null && to != null && from.compareTo(to) > 0) {
            return new TreeMap<>();
        }
        if (from != null) {
            part = part.tailMap(from, fromInclusive);
        }
        return to == null ? part : part.headMap(to, toInclusive);
    }

    static IdRange of(BsonDocument filter) {
        BsonValue condition = filter.get("_id");
        if (condition == null || condition.isRegularExpression()) {
            return ALL;
        }
        if (!condition.isDocument() || !isOperators(condition.asDocument())) {
            return point(condition);
        }
        BsonDocument operators = condition.asDocument();
        if (operators.containsKey("$eq")) {
            return point(operators.get("$eq"));
        }
        if (operators.containsKey("$in") && operators.get("$in").isArray()) {
            return points(operators.getArray("$in").getValues());
        }
        return bounds(operators);
    }

    private static boolean isOperators(BsonDocument condition) {
        return !condition.isEmpty() && condition.getFirstKey().startsWith("$");
    }

    private static IdRange point(BsonValue value) {
        return new IdRange(null, true, null, true, Optional.of(List.of(IdKey.of(value))));
    }

    private static IdRange points(List<BsonValue> values) {
        List<IdKey> keys = new ArrayList<>();
        for (BsonValue value : values) {
            if (value.isRegularExpression()) {
                return ALL;
            }
            keys.add(IdKey.of(value));
        }
        return new IdRange(
                null, true, null, true, Optional.of(keys.stream().sorted().distinct().toList()));
    }

    private static IdRange bounds(BsonDocument operators) {
        IdKey from = null;
        IdKey to = null;
        boolean fromInclusive = true;
        boolean toInclusive = true;
        if (operators.containsKey("$gte") || operators.containsKey("$gt")) {
            fromInclusive = operators.containsKey("$gte");
            from = IdKey.of(operators.get(fromInclusive ? "$gte" : "$gt"));
        }
        if (operators.containsKey("$lte") || operators.containsKey("$lt")) {
            toInclusive = operators.containsKey("$lte");
            to = IdKey.of(operators.get(toInclusive ? "$lte" : "$lt"));
        }
        return new IdRange(from, fromInclusive, to, toInclusive, Optional.empty());
    }
}
