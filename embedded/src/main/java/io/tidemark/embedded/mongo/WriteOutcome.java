package io.tidemark.embedded.mongo;

import org.bson.BsonTimestamp;

/**
 * What a write did.
 *
 * @param matched documents that met the filter, or were inserted or upserted
 * @param modified documents that changed
 * @param at cluster time of the last oplog entry it caused; the node's newest one if it caused none
 *     or if the write is part of an open transaction
 */
public record WriteOutcome(int matched, int modified, BsonTimestamp at) {}
