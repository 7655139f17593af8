package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.query.Filter;
import org.bson.BsonDocument;

/**
 * A validator: a filter, of which {@code $jsonSchema} may be a part.
 *
 * @param schema null if it has none
 */
record Validator(Filter filter, JsonSchema schema) {
    static Validator of(BsonDocument given) {
        if (!given.containsKey("$jsonSchema")) {
            return new Validator(Filter.compile(given), null);
        }
        BsonDocument rest = Documents.mutable(given);
        rest.remove("$jsonSchema");
        JsonSchema schema = new JsonSchema(given.getDocument("$jsonSchema"));
        schema.requireKnown();
        return new Validator(Filter.compile(rest), schema);
    }

    boolean matches(BsonDocument document) {
        return (schema == null || schema.matches(document)) && filter.matches(document);
    }
}
