package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonOrder;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * A whole document in place of another; logged as that document.
 *
 * @param document the new content, with or without {@code _id}
 */
record Replacement(BsonDocument document) implements Update {
    static Replacement parse(BsonDocument document) {
        for (String name : document.keySet()) {
            if (name.startsWith("$")) {
                throw new ServerError(
                        52,
                        "DollarPrefixedFieldName",
                        "The dollar ($) prefixed field '"
                                + name
                                + "' in '"
                                + name
                                + "' is not allowed in the context of an update's replacement"
                                + " document. Consider using an aggregation pipeline with"
                                + " $replaceWith.");
            }
        }
        return new Replacement(document);
    }

    @Override
    public UpdateResult apply(BsonDocument pre, UpdateContext context) {
        BsonDocument post = new BsonDocument(document.size() + 1);
        BsonValue id = pre.get("_id");
        BsonValue given = document.get("_id");
        if (id != null && given != null && BsonOrder.SIMPLE.compare(id, given) != 0) {
            throw ServerError.immutableField(
                    "After applying the update, the (immutable) field '_id' was found to have"
                            + " been altered to _id: "
                            + given);
        }
        if (id != null || given != null) {
            post.put("_id", id != null ? id : given);
        }
        document.forEach((name, value) -> post.putIfAbsent(name, filled(value, context)));
        boolean same = !context.inserting() && BsonOrder.identical(pre, post);
        return new UpdateResult(post, same ? Optional.empty() : Optional.of(Copies.of(post)));
    }

    /** A null timestamp in a top-level field means "now" (MongoDB manual, "Timestamps"). */
    private static BsonValue filled(BsonValue value, UpdateContext context) {
        boolean isNull = value.isTimestamp() && value.asTimestamp().getValue() == 0;
        return isNull ? new BsonTimestamp(context.time().getValue()) : value;
    }
}
