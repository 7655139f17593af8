package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;

/**
 * A shard's own copy of the routing: {@code config.cache.*}, written when it learns of a change.
 */
final class ShardCache {
    private ShardCache() {}

    static void refresh(Core core, Member shard, ShardedCollection collection) {
        String chunks = "config.cache.chunks." + collection.namespace();
        BsonDocument entry = new BsonDocument("epoch", new BsonObjectId(collection.epoch()));
        if (core.atLeast(ServerVersion.V5_0)) {
            entry.append("timestamp", collection.timestamp());
        }
        entry.append("uuid", Bson.uuid(collection.uuid()))
                .append("key", collection.key().pattern())
                .append("unique", BsonBoolean.valueOf(collection.unique()))
                .append("refreshing", BsonBoolean.FALSE)
                .append("lastRefreshedCollectionVersion", collection.highestVersion());
        upsert(shard, "config.cache.collections", Bson.id(collection.namespace()), entry);
        for (Chunk chunk : collection.chunks()) {
            BsonArray owners = new BsonArray();
            chunk.history().forEach(placement -> owners.add(placement.toDocument()));
            upsert(
                    shard,
                    chunks,
                    new BsonDocument("_id", chunk.min()),
                    new BsonDocument("max", chunk.max())
                            .append("shard", Bson.string(chunk.shard()))
                            .append("lastmod", chunk.version())
                            .append("history", owners));
        }
    }

    private static void upsert(
            Member shard, String namespace, BsonDocument key, BsonDocument fields) {
        shard.tell(
                primary ->
                        primary.update(
                                namespace,
                                key,
                                new BsonDocument("$set", fields),
                                false,
                                true,
                                WriteContext.plain()));
    }

    /** The shard forgets a collection that is gone. */
    static void forget(Member shard, String namespace) {
        shard.tell(
                primary -> {
                    primary.delete(
                            "config.cache.collections",
                            Bson.id(namespace),
                            false,
                            WriteContext.plain());
                    if (primary.collection("config.cache.chunks." + namespace).isPresent()) {
                        primary.dropCollection(
                                "config.cache.chunks." + namespace, WriteContext.plain());
                    }
                });
    }
}
