package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/**
 * What a read's {@code hint}, {@code min} and {@code max} say of its order and bounds. Bounds on
 * other indexes than that of {@code _id} are refused: they are not part of the simulated server.
 *
 * @param order the order the hint leads to; empty if it leads to none
 * @param from lowest {@code _id}, inclusive; null if unbounded
 * @param to end of the {@code _id}s, exclusive; null if unbounded
 */
record Hint(BsonDocument order, IdKey from, IdKey to) {
    private static final Hint NONE = new Hint(new BsonDocument(), null, null);
    private static final BsonDocument BY_ID = new BsonDocument("_id", new BsonInt32(1));

    /**
     * @param collection null if there is none: then nothing is checked, as on a server
     */
    static Hint of(Request request, CollectionInfo collection) {
        BsonValue given = request.body().get("hint");
        BsonDocument min = request.document("min");
        BsonDocument max = request.document("max");
        if (!min.isEmpty() && !max.isEmpty() && !names(min).equals(names(max))) {
            throw new CommandFailure(
                    ErrorCode.MinMaxFields, "min and max must have the same field names");
        }
        if (given == null || isEmpty(given)) {
            requireNoBounds(
                    min,
                    max,
                    "When using min()/max() a hint of which index to use must" + " be provided");
            return NONE;
        }
        if (given.isDocument() && given.asDocument().containsKey("$natural")) {
            requireNoBounds(min, max, "min and max are incompatible with $natural");
            return new Hint(given.asDocument(), null, null);
        }
        if (collection == null) {
            return NONE;
        }
        BsonDocument key = indexKey(collection, given);
        return bounded(key, min, max);
    }

    private static boolean isEmpty(BsonValue hint) {
        return hint.isDocument() && hint.asDocument().isEmpty();
    }

    private static List<String> names(BsonDocument document) {
        return new ArrayList<>(document.keySet());
    }

    private static void requireNoBounds(BsonDocument min, BsonDocument max, String why) {
        if (!min.isEmpty() || !max.isEmpty()) {
            throw new CommandFailure(
                    ErrorCode.NoQueryExecutionPlans, "error processing query: " + why);
        }
    }

    private static BsonDocument indexKey(CollectionInfo collection, BsonValue hint) {
        boolean clustered = collection.options().containsKey("clusteredIndex");
        if (clustered && (matches(BY_ID, "_id_", hint))) {
            return BY_ID;
        }
        return collection.indexes().stream()
                .filter(
                        index ->
                                matches(
                                        index.getDocument("key"),
                                        index.getString("name").getValue(),
                                        hint))
                .map(index -> index.getDocument("key"))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ErrorCode.BadValue,
                                        "error processing query: hint provided does not"
                                                + " correspond to an existing index: "
                                                + hint));
    }

    private static boolean matches(BsonDocument key, String name, BsonValue hint) {
        return hint.isString()
                ? hint.asString().getValue().equals(name)
                : BsonOrder.SIMPLE.compare(hint, key) == 0;
    }

    private static Hint bounded(BsonDocument key, BsonDocument min, BsonDocument max) {
        boolean byId = names(key).equals(List.of("_id"));
        if (min.isEmpty() && max.isEmpty()) {
            return byId ? new Hint(BY_ID, null, null) : NONE;
        }
        if (!names(key).equals(names(min.isEmpty() ? max : min))) {
            throw new CommandFailure(
                    ErrorCode.MinMaxIndex,
                    "error processing query: The index chosen is not compatible with min/max");
        }
        if (!byId) {
            throw new CommandFailure(
                    ErrorCode.CommandNotSupported,
                    "min and max on other indexes than that of _id are not part of the simulated"
                            + " server");
        }
        IdKey from = min.isEmpty() ? null : IdKey.of(min.get("_id"));
        IdKey to = max.isEmpty() ? null : IdKey.of(max.get("_id"));
        if (from != null && to != null && from.compareTo(to) >= 0) {
            throw new CommandFailure(
                    ErrorCode.MinNotBeforeMax,
                    "error processing query: The value provided for min() does not come before"
                            + " the value provided for max() in the hinted index");
        }
        return new Hint(BY_ID, from, to);
    }

    /** What is left of the bounds behind a document; all of them behind none. */
    IdRange after(IdKey last) {
        return new IdRange(last == null ? from : last, last == null, to, false, Optional.empty());
    }

    /** The order of a read: its own, or where it has none the hint's. */
    BsonDocument orderOf(BsonDocument sort) {
        return sort.isEmpty() ? order : sort;
    }

    DocumentSource within(DocumentSource source) {
        return from == null && to == null ? source : new DocumentSource.Bounded(source, from, to);
    }
}
