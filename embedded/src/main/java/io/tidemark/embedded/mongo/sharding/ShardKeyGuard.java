package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.Filter;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Keeps updates from moving a document to another place: the values of its shard key stay. (A
 * server allows that inside transactions and then deletes and inserts; clients of this one do so
 * themselves.)
 */
final class ShardKeyGuard {
    private ShardKeyGuard() {}

    static void check(
            ShardedCollection collection, BsonDocument filter, BsonValue update, boolean upsert) {
        if (update == null || !update.isDocument()) {
            return;
        }
        BsonDocument document = update.asDocument();
        boolean operators = !document.isEmpty() && document.getFirstKey().startsWith("$");
        if (!operators) {
            requireSameKey(collection, filter, document, upsert);
            return;
        }
        document.forEach(
                (operator, fields) -> {
                    if (fields.isDocument() && !operator.equals("$setOnInsert")) {
                        fields.asDocument()
                                .forEach(
                                        (path, value) ->
                                                requireNotKey(
                                                        collection, filter, operator, path, value));
                    }
                });
    }

    private static void requireSameKey(
            ShardedCollection collection,
            BsonDocument filter,
            BsonDocument replacement,
            boolean upsert) {
        BsonDocument equalities = Filter.compile(filter).equalities();
        BsonDocument values = collection.key().values(replacement);
        for (String name : collection.key().pattern().keySet()) {
            BsonValue wanted = equalities.get(name);
            if (wanted != null && BsonOrder.SIMPLE.compare(wanted, values.get(name)) != 0) {
                throw changes(name);
            }
        }
        if (!upsert && collection.key().extractFromFilter(filter).isEmpty()) {
            throw ServerError.shardKeyNotFound(
                    "A replacement on a sharded collection needs the shard key in its filter, but "
                            + filter
                            + " has it not");
        }
    }

    private static void requireNotKey(
            ShardedCollection collection,
            BsonDocument filter,
            String operator,
            String path,
            BsonValue value) {
        for (String name : collection.key().pattern().keySet()) {
            boolean overlaps =
                    path.equals(name) || path.startsWith(name + ".") || name.startsWith(path + ".");
            BsonValue present = Filter.compile(filter).equalities().get(name);
            boolean same =
                    operator.equals("$set")
                            && path.equals(name)
                            && present != null
                            && BsonOrder.identical(present, value);
            if (overlaps && !same) {
                throw changes(name);
            }
        }
    }

    private static ServerError changes(String name) {
        return ServerError.immutableField(
                "Performing an update on the path '"
                        + name
                        + "' would modify the immutable field '"
                        + name
                        + "'");
    }

    /** Shards a statement must reach; a replacement may name its shard key itself. */
    static Set<String> targets(
            Shards shards, ShardedCollection collection, BsonDocument statement, boolean update) {
        BsonDocument filter = statement.getDocument("q");
        Optional<BsonDocument> pinned = collection.key().extractFromFilter(filter);
        BsonValue change = update ? statement.get("u") : null;
        boolean replaces =
                change != null
                        && change.isDocument()
                        && (change.asDocument().isEmpty()
                                || !change.asDocument().getFirstKey().startsWith("$"));
        if (pinned.isEmpty() && replaces) {
            return Set.of(collection.shardOf(change.asDocument()));
        }
        return shards.targets(collection, filter);
    }
}
