package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.WriteContext;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonTimestamp;

/** Which shards there are: how one joins, drains and leaves (F§6). */
final class ShardMembership {
    private final Core core;

    ShardMembership(Core core) {
        this.core = core;
    }

    String add(Member shard) {
        BsonTimestamp from = core.gossip.latest();
        identify(shard);
        core.addShard(shard);
        core.metadata().addShard(shard);
        log(
                "addShard",
                new BsonDocument("name", Bson.string(shard.id()))
                        .append("host", Bson.string(shard.host())));
        core.happened("addShard", shard.id(), from);
        return shard.id();
    }

    private void identify(Member shard) {
        BsonDocument identity =
                Bson.id("shardIdentity")
                        .append("shardName", Bson.string(shard.id()))
                        .append("clusterId", new BsonObjectId(core.clusterId))
                        .append("configsvrConnectionString", Bson.string(core.config().host()));
        shard.tell(
                primary ->
                        primary.update(
                                "admin.system.version",
                                Bson.id("shardIdentity"),
                                identity,
                                false,
                                true,
                                WriteContext.plain()));
    }

    /** What there is left to do before the shard may go, or that it has gone. */
    BsonDocument remove(String id) {
        core.shard(id);
        long chunks = chunksOn(id);
        long databases = databasesOn(id);
        String state;
        if (!isDraining(id)) {
            beginDraining(id);
            state = "started";
        } else if (chunks + databases > 0) {
            state = "ongoing";
        } else {
            complete(id);
            state = "completed";
        }
        return new BsonDocument("msg", Bson.string("draining " + state))
                .append("state", Bson.string(state))
                .append("shard", Bson.string(id))
                .append(
                        "remaining",
                        new BsonDocument("chunks", new BsonInt64(chunks))
                                .append("dbs", new BsonInt64(databases)));
    }

    private long chunksOn(String id) {
        return core.routing().collections().values().stream()
                .flatMap(collection -> collection.chunks().stream())
                .filter(chunk -> chunk.shard().equals(id))
                .count();
    }

    private long databasesOn(String id) {
        return core.routing().databases().values().stream()
                .filter(database -> database.primary().equals(id))
                .count();
    }

    private boolean isDraining(String id) {
        return Contents.of(core.config(), "config.shards").stream()
                .anyMatch(
                        shard ->
                                shard.getString("_id").getValue().equals(id)
                                        && shard.containsKey("draining"));
    }

    private void beginDraining(String id) {
        log("removeShard.start", new BsonDocument("shard", Bson.string(id)));
        core.metadata()
                .update(
                        "config.shards",
                        Bson.id(id),
                        new BsonDocument("$set", new BsonDocument("draining", BsonBoolean.TRUE)),
                        false);
    }

    private void complete(String id) {
        BsonTimestamp from = core.gossip.latest();
        core.metadata().removeShard(id);
        log("removeShard", new BsonDocument("shard", Bson.string(id)));
        core.happened("removeShard", id, from);
    }

    private void log(String what, BsonDocument details) {
        core.changelog().write(core.config(), what, "", details);
    }
}
