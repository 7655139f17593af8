package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** Databases, sharding of collections and splits: who is where, moves aside. */
final class Placement {
    private final Core core;
    private final ChunkCuts cuts;

    Placement(Core core) {
        this.core = core;
        this.cuts = new ChunkCuts(core);
    }

    /** The database, created on the shard with the fewest ones if it is new. */
    Routing.Database database(String name) {
        Optional<Routing.Database> present = core.routing().database(name);
        return present.orElseGet(() -> create(name, leastUsed()));
    }

    private String leastUsed() {
        return core.shardIds().stream()
                .min(
                        java.util.Comparator.comparingLong(
                                shard ->
                                        core.routing().databases().values().stream()
                                                .filter(
                                                        database ->
                                                                database.primary().equals(shard))
                                                .count()))
                .orElseThrow(() -> new ServerError(70, "ShardNotFound", "No shards found"));
    }

    synchronized Routing.Database create(String name, String primary) {
        Optional<Routing.Database> present = core.routing().database(name);
        if (present.isPresent()) {
            return present.get();
        }
        BsonTimestamp from = core.gossip.latest();
        boolean logs = core.atLeast(ServerVersion.V6_0);
        if (logs) {
            core.changelog().write(core.config(), "createDatabase.start", name, new BsonDocument());
        }
        Routing.Database created = core.metadata().createDatabase(name, primary);
        if (logs) {
            core.changelog().write(core.config(), "createDatabase", name, new BsonDocument());
        }
        core.shard(primary)
                .tell(
                        shard ->
                                shard.noop(
                                        name + ".$cmd",
                                        Optional.empty(),
                                        new BsonDocument(
                                                "msg",
                                                new BsonDocument(
                                                        "createDatabase", Bson.string(name))),
                                        Optional.of(
                                                new BsonDocument(
                                                        "createDatabase", Bson.string(name)))));
        core.happened("createDatabase", name, from);
        return created;
    }

    /**
     * Puts a collection under a shard key; the chunks lie round robin if it is empty and hashed,
     * else on the primary.
     */
    void shardCollection(
            String namespace, BsonDocument pattern, boolean unique, int initialChunks) {
        Routing.Database database = database(namespace.substring(0, namespace.indexOf('.')));
        Optional<ShardedCollection> already = core.routing().collection(namespace);
        if (already.isPresent()) {
            requireSame(already.get(), pattern);
            return;
        }
        core.requireNoTransactionOn(namespace);
        ShardKey key = new ShardKey(pattern);
        Member primary = core.shard(database.primary());
        ClusterEvent event = core.begun("shardCollection", namespace);
        core.changelog()
                .write(
                        primary,
                        "shardCollection.start",
                        namespace,
                        startDetails(namespace, pattern, primary));
        UUID uuid = ensureLocal(primary, namespace, key, unique);
        boolean empty = Contents.of(primary, namespace).isEmpty();
        requireValidKeys(primary, namespace, key);
        BsonTimestamp now = core.config().clusterTime();
        ShardedCollection created =
                new ShardedCollection(
                        namespace,
                        uuid,
                        key,
                        unique,
                        core.ids.objectId(),
                        now,
                        core.clock.millis(),
                        InitialChunks.of(core, key, database.primary(), empty, initialChunks, now));
        CollectionDescription description =
                primary.call(shard -> shard.collection(namespace)).orElseThrow();
        primary.tell(shard -> shard.setShardKey(uuid, pattern));
        created.shards().stream()
                .filter(shard -> !shard.equals(primary.id()))
                .forEach(shard -> CollectionCopies.ensure(core, description, core.shard(shard)));
        core.replacing(() -> core.metadata().insertCollection(created));
        created.shards()
                .forEach(
                        shard -> {
                            core.shard(shard).tell(member -> member.setShardKey(uuid, pattern));
                            ShardCache.refresh(core, core.shard(shard), created);
                        });
        announce(primary, created);
        core.changelog()
                .write(primary, "shardCollection.end", namespace, endDetails(created, empty));
        core.ended(event);
    }

    private static void requireSame(ShardedCollection present, BsonDocument pattern) {
        if (!present.key().pattern().equals(pattern)) {
            throw new ServerError(
                    23,
                    "AlreadyInitialized",
                    "sharding already enabled for collection "
                            + present.namespace()
                            + " with options "
                            + present.key().pattern());
        }
    }

    private BsonDocument startDetails(String namespace, BsonDocument pattern, Member primary) {
        boolean withHost = !core.atLeast(ServerVersion.V5_0);
        return new BsonDocument("shardKey", pattern)
                .append("collection", Bson.string(namespace))
                .append(
                        "primary",
                        Bson.string(withHost ? primary.id() + ":" + primary.host() : primary.id()));
    }

    private BsonDocument endDetails(ShardedCollection created, boolean empty) {
        String version = core.atLeast(ServerVersion.V8_0) ? "placementVersion" : "version";
        BsonDocument details = new BsonDocument();
        if (core.atLeast(ServerVersion.V5_0)) {
            details.append("uuid", Bson.uuid(created.uuid()));
        }
        details.append(version, Bson.string(created.versionText(core.version)));
        if (core.atLeast(ServerVersion.V5_0)) {
            details.append("empty", BsonBoolean.valueOf(empty));
        }
        return details.append("numChunks", new BsonInt32(created.chunks().size()));
    }

    private void announce(Member primary, ShardedCollection created) {
        BsonDocument o2 =
                new BsonDocument("shardCollection", Bson.string(created.namespace()))
                        .append("shardKey", created.key().pattern())
                        .append("unique", BsonBoolean.valueOf(created.unique()))
                        .append("numInitialChunks", new BsonInt64(created.chunks().size()));
        primary.tell(
                shard ->
                        shard.noop(
                                created.namespace(),
                                Optional.of(created.uuid()),
                                new BsonDocument(
                                        "msg",
                                        new BsonDocument(
                                                "shardCollection",
                                                Bson.string(created.namespace()))),
                                Optional.of(o2)));
    }

    private UUID ensureLocal(Member primary, String namespace, ShardKey key, boolean unique) {
        if (primary.call(shard -> shard.collection(namespace)).isEmpty()) {
            primary.tell(
                    shard ->
                            shard.createCollection(
                                    namespace,
                                    new BsonDocument(),
                                    Optional.of(core.ids.uuid()),
                                    WriteContext.plain()));
        }
        CollectionDescription local =
                primary.call(shard -> shard.collection(namespace)).orElseThrow();
        boolean indexed =
                local.indexes().stream()
                        .anyMatch(index -> startsWith(index.getDocument("key"), key.pattern()));
        if (!indexed) {
            BsonDocument index =
                    new BsonDocument("v", new BsonInt32(2))
                            .append("key", key.pattern())
                            .append("name", Bson.string(indexName(key.pattern())));
            if (unique) {
                index.append("unique", BsonBoolean.TRUE);
            }
            primary.tell(
                    shard -> shard.createIndexes(namespace, List.of(index), WriteContext.plain()));
        }
        return local.uuid();
    }

    private static boolean startsWith(BsonDocument index, BsonDocument pattern) {
        List<String> names = new ArrayList<>(index.keySet());
        return names.size() >= pattern.size()
                && names.subList(0, pattern.size()).equals(new ArrayList<>(pattern.keySet()))
                && pattern.keySet().stream()
                        .allMatch(
                                name -> index.get(name).isString() == pattern.get(name).isString());
    }

    static String indexName(BsonDocument pattern) {
        List<String> parts = new ArrayList<>();
        pattern.forEach(
                (name, kind) ->
                        parts.add(
                                name
                                        + "_"
                                        + (kind.isString()
                                                ? kind.asString().getValue()
                                                : kind.asNumber().intValue())));
        return String.join("_", parts);
    }

    private static void requireValidKeys(Member primary, String namespace, ShardKey key) {
        for (RawBsonDocument document : Contents.of(primary, namespace)) {
            key.extract(document);
        }
    }

    /** Cuts the chunk around a key in two. */
    void split(String namespace, BsonDocument at) {
        cuts.split(namespace, List.of(at));
    }

    void split(String namespace, List<BsonDocument> at) {
        cuts.split(namespace, at);
    }

    void merge(String namespace, BsonDocument min, BsonDocument max) {
        cuts.merge(namespace, min, max);
    }
}
