package io.tidemark.embedded.mongo.node;

import org.bson.BsonValue;

/**
 * What an update statement did.
 *
 * @param upsertedId {@code _id} of the inserted document, or null
 * @param before first changed document before, or null
 * @param after first changed or inserted document after, or null
 */
record UpdateEffect(int matched, int modified, BsonValue upsertedId, byte[] before, byte[] after) {}
