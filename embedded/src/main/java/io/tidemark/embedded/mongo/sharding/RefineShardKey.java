package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonObjectId;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/** Makes a shard key longer; ranges keep their meaning, the new fields being as small as can be. */
final class RefineShardKey {
    private final Core core;
    private final ShardedCollection before;
    private final ShardKey key;
    private final ObjectId epoch;

    RefineShardKey(Core core, String namespace, BsonDocument pattern) {
        this.core = core;
        this.before = core.sharded(namespace);
        core.requireNoTransactionOn(namespace);
        core.requireFreeForMetadata(namespace);
        this.key = new ShardKey(pattern);
        this.epoch = core.ids.objectId();
        requireLonger();
    }

    private void requireLonger() {
        List<String> names = new ArrayList<>(key.pattern().keySet());
        List<String> old = new ArrayList<>(before.key().pattern().keySet());
        if (!names.subList(0, Math.min(names.size(), old.size())).equals(old)) {
            throw ServerError.invalidOptions(
                    "refineCollectionShardKey shard key "
                            + key.pattern()
                            + " must extend the current one");
        }
    }

    Stepwise plan() {
        Member config = core.config();
        DdlCoordinator coordinator =
                DdlCoordinator.unrecorded(core, config, "refineShardKey", before.namespace());
        BsonDocument details =
                new BsonDocument("oldKey", before.key().pattern())
                        .append("newKey", key.pattern())
                        .append("oldEpoch", new BsonObjectId(before.epoch()))
                        .append("newEpoch", new BsonObjectId(epoch));
        coordinator
                .log(config, "refineCollectionShardKey.start", details)
                .then("commit", () -> core.replacing(this::commit));
        for (String shard : before.shards()) {
            coordinator.then("announce on " + shard, () -> announce(core.shard(shard)));
        }
        coordinator.log(config, "refineCollectionShardKey.end", new BsonDocument());
        return coordinator.end();
    }

    private void commit() {
        BsonTimestamp now = core.config().clusterTime();
        List<Chunk> chunks =
                core.sharded(before.namespace()).chunks().stream().map(this::longer).toList();
        ShardedCollection refined =
                new ShardedCollection(
                        before.namespace(),
                        before.uuid(),
                        key,
                        before.unique(),
                        epoch,
                        now,
                        core.clock.millis(),
                        chunks);
        core.metadata().replaceCollection(before, refined);
    }

    private Chunk longer(Chunk chunk) {
        return new Chunk(
                chunk.id(),
                longer(chunk.min()),
                longer(chunk.max()),
                chunk.shard(),
                chunk.version(),
                chunk.history());
    }

    private BsonDocument longer(BsonDocument bound) {
        boolean last = bound.values().stream().allMatch(value -> value instanceof BsonMaxKey);
        BsonDocument longer = Bson.copy(bound);
        key.pattern()
                .keySet()
                .forEach(
                        name ->
                                longer.putIfAbsent(
                                        name, last ? new BsonMaxKey() : new BsonMinKey()));
        return longer;
    }

    private void announce(Member shard) {
        BsonDocument name =
                new BsonDocument("refineCollectionShardKey", Bson.string(before.namespace()));
        BsonDocument o2 =
                Bson.copy(name)
                        .append("shardKey", key.pattern())
                        .append("oldShardKey", before.key().pattern());
        shard.tell(
                primary -> {
                    primary.setShardKey(before.uuid(), key.pattern());
                    primary.noop(
                            before.namespace(),
                            Optional.of(before.uuid()),
                            new BsonDocument("msg", name),
                            Optional.of(o2));
                });
        ShardCache.refresh(core, shard, core.sharded(before.namespace()));
    }
}
