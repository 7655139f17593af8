package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/** Cuts a new shard key's range at the documents there are, and deals it out to all shards. */
final class ReshardingChunks {
    private ReshardingChunks() {}

    static ShardedCollection deal(Core core, ShardedCollection source, ShardKey key) {
        BsonTimestamp now = core.config().clusterTime();
        List<String> shards = core.shardIds();
        List<BsonDocument> bounds = bounds(core, source, key, shards.size());
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i + 1 < bounds.size(); i++) {
            String shard = shards.get(i % shards.size());
            chunks.add(
                    new Chunk(
                            core.ids.objectId(),
                            bounds.get(i),
                            bounds.get(i + 1),
                            shard,
                            new BsonTimestamp(1, i),
                            List.of(new Chunk.Placement(now, shard))));
        }
        return new ShardedCollection(
                source.namespace(),
                core.ids.uuid(),
                key,
                false,
                core.ids.objectId(),
                now,
                core.clock.millis(),
                chunks);
    }

    private static List<BsonDocument> bounds(
            Core core, ShardedCollection source, ShardKey key, int parts) {
        TreeSet<BsonDocument> keys = new TreeSet<>(ShardKey::compareKeys);
        for (String shard : source.shards()) {
            Contents.of(core.shard(shard), source.namespace())
                    .forEach(document -> keys.add(key.extract(document)));
        }
        List<BsonDocument> sorted = new ArrayList<>(keys);
        TreeSet<BsonDocument> bounds = new TreeSet<>(ShardKey::compareKeys);
        bounds.add(key.globalMin());
        for (int i = 1; i < parts && !sorted.isEmpty(); i++) {
            bounds.add(sorted.get(i * sorted.size() / parts));
        }
        bounds.add(key.globalMax());
        return new ArrayList<>(bounds);
    }
}
