package io.tidemark.embedded.mongo.sharding;

import org.bson.BsonTimestamp;

/**
 * Something that happened to the cluster as a whole.
 *
 * @param kind {@code moveChunk}, {@code dropCollection}, {@code transaction}, …
 * @param subject namespace, database, shard or transaction it happened to
 * @param from before its first write that others can see
 * @param through cluster time of its last write; equal to {@code from} for what happens in one
 *     entry; null while it is under way
 */
public record ClusterEvent(String kind, String subject, BsonTimestamp from, BsonTimestamp through) {
    /** Whether it is between its first and its last write at a cluster time. */
    public boolean inFlightAt(BsonTimestamp time) {
        return time.compareTo(from) >= 0 && (through == null || time.compareTo(through) < 0);
    }
}
