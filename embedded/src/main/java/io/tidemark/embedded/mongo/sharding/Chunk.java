package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/**
 * A range of a shard key and who owns it: a document of {@code config.chunks}.
 *
 * @param min first key, inclusive
 * @param max end of the range, exclusive
 * @param version {@code lastmod}: major and minor chunk version
 * @param history owners, newest first; its first entry is the present owner
 */
public record Chunk(
        ObjectId id,
        BsonDocument min,
        BsonDocument max,
        String shard,
        BsonTimestamp version,
        List<Placement> history) {
    /** Who owned the range from a cluster time on. */
    public record Placement(BsonTimestamp validAfter, String shard) {
        BsonDocument toDocument() {
            return new BsonDocument("validAfter", validAfter)
                    .append("shard", new BsonString(shard));
        }
    }

    public Chunk {
        history = List.copyOf(history);
        if (ShardKey.compareKeys(min, max) >= 0) {
            throw new IllegalArgumentException(
                    "Chunk from " + min + " to " + max + " holds no key");
        }
    }

    boolean holds(BsonDocument key) {
        return ShardKey.inRange(key, min, max);
    }

    boolean sameRange(BsonDocument otherMin, BsonDocument otherMax) {
        return ShardKey.compareKeys(min, otherMin) == 0 && ShardKey.compareKeys(max, otherMax) == 0;
    }

    Chunk versioned(BsonTimestamp newVersion) {
        return new Chunk(id, min, max, shard, newVersion, history);
    }

    /** The same range under another owner, from a cluster time on. */
    Chunk movedTo(String newShard, BsonTimestamp validAfter, BsonTimestamp newVersion) {
        List<Placement> longer = new ArrayList<>();
        longer.add(new Placement(validAfter, newShard));
        longer.addAll(history);
        return new Chunk(id, min, max, newShard, newVersion, longer);
    }

    Chunk cut(ObjectId newId, BsonDocument newMin, BsonDocument newMax, BsonTimestamp newVersion) {
        return new Chunk(newId, newMin, newMax, shard, newVersion, history);
    }

    /**
     * The document as the release stores it: by namespace and epoch up to 4.4, by UUID from 5.0.
     */
    BsonDocument toDocument(ShardedCollection collection, ServerVersion release) {
        BsonDocument document = new BsonDocument("_id", new BsonObjectId(id));
        BsonArray owners = new BsonArray();
        history.forEach(placement -> owners.add(placement.toDocument()));
        if (!release.atLeast(ServerVersion.V5_0)) {
            return document.append("lastmod", version)
                    .append("lastmodEpoch", new BsonObjectId(collection.epoch()))
                    .append("ns", new BsonString(collection.namespace()))
                    .append("min", min)
                    .append("max", max)
                    .append("shard", new BsonString(shard))
                    .append("history", owners);
        }
        document.append("uuid", Bson.uuid(collection.uuid()))
                .append("min", min)
                .append("max", max)
                .append("shard", new BsonString(shard))
                .append("lastmod", version);
        if (release.atLeast(ServerVersion.V6_0)) {
            document.append("onCurrentShardSince", history.get(0).validAfter());
        }
        return document.append("history", owners);
    }
}
