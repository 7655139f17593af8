package io.tidemark.embedded.mongo.sharding;

import org.bson.BsonDocument;

/**
 * A critical section: nobody may write there until it is over.
 *
 * @param min null together with {@code max}: the whole collection, or the whole database
 */
record BlockedRange(String namespace, BsonDocument min, BsonDocument max) {
    static BlockedRange whole(String namespace) {
        return new BlockedRange(namespace, null, null);
    }

    boolean covers(String writtenNamespace, BsonDocument key) {
        boolean named =
                namespace.equals(writtenNamespace)
                        || (!namespace.contains(".")
                                && writtenNamespace.startsWith(namespace + "."));
        boolean inRange =
                min == null
                        || key == null
                        || io.tidemark.embedded.mongo.query.ShardKey.inRange(key, min, max);
        return named && inRange;
    }
}
