package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.query.ShardKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonMinKey;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/** The first chunks of a collection. */
final class InitialChunks {
    private InitialChunks() {}

    /**
     * One chunk on the primary, or for an empty collection whose key begins with a hashed field
     * several of equal breadth, dealt out to all shards.
     *
     * @param wanted how many; 0 for two per shard
     */
    static List<Chunk> of(
            Core core,
            ShardKey key,
            String primary,
            boolean empty,
            int wanted,
            BsonTimestamp validAfter) {
        if (!key.hashedFirst() || !empty) {
            return List.of(chunk(core, key.globalMin(), key.globalMax(), primary, 0, validAfter));
        }
        List<String> shards = core.shardIds();
        int count = wanted > 0 ? wanted : 2 * shards.size();
        int perShard = (count + shards.size() - 1) / shards.size();
        List<Chunk> chunks = new ArrayList<>();
        BsonDocument min = key.globalMin();
        for (int i = 1; i <= count; i++) {
            BsonDocument max = i == count ? key.globalMax() : bound(key, i, count);
            chunks.add(chunk(core, min, max, shards.get((i - 1) / perShard), i - 1, validAfter));
            min = max;
        }
        return chunks;
    }

    private static Chunk chunk(
            Core core,
            BsonDocument min,
            BsonDocument max,
            String shard,
            int minor,
            BsonTimestamp validAfter) {
        return new Chunk(
                core.ids.objectId(),
                min,
                max,
                shard,
                new BsonTimestamp(1, minor),
                List.of(new Chunk.Placement(validAfter, shard)));
    }

    private static BsonDocument bound(ShardKey key, int part, int of) {
        BigInteger span = BigInteger.ONE.shiftLeft(64);
        long hash =
                span.multiply(BigInteger.valueOf(part))
                        .divide(BigInteger.valueOf(of))
                        .subtract(BigInteger.ONE.shiftLeft(63))
                        .longValueExact();
        BsonDocument bound = new BsonDocument();
        for (String name : key.pattern().keySet()) {
            BsonValue value = bound.isEmpty() ? new BsonInt64(hash) : new BsonMinKey();
            bound.append(name, value);
        }
        return bound;
    }
}
