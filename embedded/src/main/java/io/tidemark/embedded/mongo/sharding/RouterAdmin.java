package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;

/** The sharding commands of the admin database. */
final class RouterAdmin {
    private static final int LOCK_TIMEOUT = 24;
    private static final long LOCK_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Core core;
    private final SimulatedCluster cluster;
    private final Placement placement;
    private final Ddl ddl;

    RouterAdmin(Core core, SimulatedCluster cluster, Placement placement) {
        this.core = core;
        this.cluster = cluster;
        this.placement = placement;
        this.ddl = new Ddl(core);
    }

    Map<String, Function<RoutedCommand, BsonDocument>> commands() {
        Map<String, Function<RoutedCommand, BsonDocument>> commands = new LinkedHashMap<>();
        commands.put("enableSharding", this::enableSharding);
        commands.put("shardCollection", this::shardCollection);
        commands.put("split", this::split);
        commands.put("moveChunk", this::moveChunk);
        commands.put("moveRange", this::moveChunk);
        commands.put("movePrimary", this::movePrimary);
        commands.put("refineCollectionShardKey", this::refine);
        commands.put("reshardCollection", this::reshard);
        commands.put("mergeChunks", this::mergeChunks);
        commands.put("addShardToZone", this::addShardToZone);
        commands.put("updateZoneKeyRange", this::updateZoneKeyRange);
        commands.put("removeShard", this::removeShard);
        commands.put("listShards", this::listShards);
        commands.put("getShardMap", this::getShardMap);
        commands.put("balancerStart", command -> balancer(true));
        commands.put("balancerStop", command -> balancer(false));
        commands.put("balancerStatus", this::balancerStatus);
        commands.put("flushRouterConfig", command -> new BsonDocument("flushed", BsonBoolean.TRUE));
        return commands;
    }

    private static String subject(RoutedCommand command) {
        return command.body().getString(command.name()).getValue();
    }

    private BsonDocument done(Stepwise steps) {
        steps.finish();
        return new BsonDocument();
    }

    private BsonDocument enableSharding(RoutedCommand command) {
        BsonValue primary = command.body().get("primaryShard");
        if (primary != null && primary.isString()) {
            core.shard(primary.asString().getValue());
            placement.create(subject(command), primary.asString().getValue());
        } else {
            placement.database(subject(command));
        }
        return new BsonDocument();
    }

    private BsonDocument shardCollection(RoutedCommand command) {
        placement.shardCollection(
                subject(command),
                command.body().getDocument("key"),
                command.flag("unique", false),
                command.number("numInitialChunks", 0));
        return new BsonDocument("collectionsharded", Bson.string(subject(command)));
    }

    private BsonDocument split(RoutedCommand command) {
        ShardedCollection collection = core.sharded(subject(command));
        if (command.body().containsKey("middle")) {
            placement.split(subject(command), command.body().getDocument("middle"));
        } else if (command.body().containsKey("find")) {
            Chunk chunk =
                    collection.owning(collection.key().extract(command.body().getDocument("find")));
            placement.split(subject(command), middle(collection, chunk));
        } else {
            throw ServerError.badValue("need to specify find/bounds or middle");
        }
        return new BsonDocument();
    }

    /** The key of the document in the middle of a chunk. */
    private BsonDocument middle(ShardedCollection collection, Chunk chunk) {
        var keys =
                Contents.of(core.shard(chunk.shard()), collection.namespace()).stream()
                        .map(collection.key()::extract)
                        .filter(chunk::holds)
                        .sorted(ShardKey::compareKeys)
                        .toList();
        if (keys.isEmpty() || ShardKey.compareKeys(keys.get(keys.size() / 2), chunk.min()) == 0) {
            throw ServerError.badValue("Unable to find median in chunk " + chunk.min());
        }
        return keys.get(keys.size() / 2);
    }

    private BsonDocument moveChunk(RoutedCommand command) {
        ShardedCollection collection = core.sharded(subject(command));
        BsonDocument key;
        if (command.body().containsKey("find")) {
            key = collection.key().extract(command.body().getDocument("find"));
        } else if (command.body().containsKey("bounds")) {
            key = command.body().getArray("bounds").get(0).asDocument();
        } else {
            key = command.body().getDocument("min");
        }
        String to =
                command.body()
                        .getString(command.name().equals("moveRange") ? "toShard" : "to")
                        .getValue();
        if (!collection.owning(key).shard().equals(to)) {
            carryOut(cluster.moveChunk(collection.namespace(), key, to));
        }
        return new BsonDocument("millis", new BsonInt64(1));
    }

    /**
     * Takes a move to its end; where transactions keep it from the collection for long, it is given
     * up.
     */
    private static void carryOut(Migration migration) {
        long deadline = System.nanoTime() + LOCK_WAIT_NANOS;
        while (!migration.isDone()) {
            try {
                migration.step();
            } catch (ServerError | CommandFailure refused) {
                boolean busy = refused instanceof ServerError error && error.code() == LOCK_TIMEOUT;
                if (!busy || System.nanoTime() > deadline) {
                    migration.abort(refused.getMessage());
                    migration.finish();
                    throw refused;
                }
                Thread.yield();
            }
        }
    }

    private BsonDocument movePrimary(RoutedCommand command) {
        return done(ddl.movePrimary(subject(command), command.body().getString("to").getValue()));
    }

    private BsonDocument refine(RoutedCommand command) {
        return done(ddl.refineShardKey(subject(command), command.body().getDocument("key")));
    }

    private BsonDocument reshard(RoutedCommand command) {
        return done(ddl.reshardCollection(subject(command), command.body().getDocument("key")));
    }

    private BsonDocument mergeChunks(RoutedCommand command) {
        BsonArray bounds = command.body().getArray("bounds");
        placement.merge(subject(command), bounds.get(0).asDocument(), bounds.get(1).asDocument());
        return new BsonDocument();
    }

    private BsonDocument addShardToZone(RoutedCommand command) {
        core.metadata().zoneOfShard(subject(command), command.body().getString("zone").getValue());
        return new BsonDocument();
    }

    private BsonDocument updateZoneKeyRange(RoutedCommand command) {
        core.metadata()
                .zone(
                        core.sharded(subject(command)),
                        command.body().getDocument("min"),
                        command.body().getDocument("max"),
                        command.body().getString("zone").getValue());
        return new BsonDocument();
    }

    private BsonDocument removeShard(RoutedCommand command) {
        return cluster.removeShard(subject(command));
    }

    private BsonDocument listShards(RoutedCommand command) {
        BsonArray shards = new BsonArray();
        Contents.of(core.config(), "config.shards").forEach(shards::add);
        return new BsonDocument("shards", shards);
    }

    private BsonDocument getShardMap(RoutedCommand command) {
        BsonDocument map = new BsonDocument("config", Bson.string(core.config().host()));
        core.routing().shards().forEach((id, host) -> map.append(id, Bson.string(host)));
        return new BsonDocument("map", map);
    }

    private BsonDocument balancer(boolean on) {
        core.changelog().writeAction(on ? "balancer.start" : "balancer.stop");
        core.metadata()
                .setting(
                        "balancer",
                        new BsonDocument("mode", Bson.string(on ? "full" : "off"))
                                .append("stopped", BsonBoolean.valueOf(!on)));
        return new BsonDocument();
    }

    /** The setting decides, whoever has written it. */
    private boolean isBalancing() {
        return Contents.of(core.config(), "config.settings").stream()
                .filter(setting -> setting.get("_id").equals(Bson.string("balancer")))
                .noneMatch(
                        setting ->
                                setting.getBoolean("stopped", BsonBoolean.FALSE).getValue()
                                        || setting.get("mode", Bson.string("full"))
                                                .equals(Bson.string("off")));
    }

    private BsonDocument balancerStatus(RoutedCommand command) {
        return new BsonDocument("mode", Bson.string(isBalancing() ? "full" : "off"))
                .append("inBalancerRound", BsonBoolean.FALSE)
                .append("numBalancerRounds", new BsonInt64(0))
                .append("term", new BsonInt64(1));
    }
}
