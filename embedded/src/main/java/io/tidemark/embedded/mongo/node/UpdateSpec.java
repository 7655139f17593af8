package io.tidemark.embedded.mongo.node;

import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * One update statement.
 *
 * @param update operators, replacement or pipeline
 */
record UpdateSpec(
        BsonDocument filter,
        BsonValue update,
        boolean multi,
        boolean upsert,
        List<BsonDocument> arrayFilters,
        BsonDocument sort) {
    static UpdateSpec of(BsonDocument filter, BsonValue update, boolean multi, boolean upsert) {
        return new UpdateSpec(filter, update, multi, upsert, List.of(), new BsonDocument());
    }
}
