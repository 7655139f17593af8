package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/**
 * What the config servers say at one moment: databases, sharded collections, shards.
 *
 * @param databases by name
 * @param collections sharded ones, by namespace
 * @param shards connection strings by shard id
 */
public record Routing(
        SortedMap<String, Database> databases,
        SortedMap<String, ShardedCollection> collections,
        SortedMap<String, String> shards) {

    static final Routing EMPTY = new Routing(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    /**
     * A database: where its unsharded collections are.
     *
     * @param primary shard id
     * @param lastMod counts moves of the primary
     */
    public record Database(
            String name,
            String primary,
            UUID uuid,
            BsonTimestamp timestamp,
            int lastMod,
            boolean partitioned) {
        Database movedTo(String newPrimary, BsonTimestamp at) {
            return new Database(name, newPrimary, uuid, at, lastMod + 1, partitioned);
        }

        BsonDocument toDocument(ServerVersion release) {
            BsonDocument version = new BsonDocument("uuid", Bson.uuid(uuid));
            if (release.atLeast(ServerVersion.V5_0)) {
                version.append("timestamp", timestamp);
            }
            version.append("lastMod", new BsonInt32(lastMod));
            BsonDocument document =
                    new BsonDocument("_id", new BsonString(name))
                            .append("primary", new BsonString(primary));
            if (!release.atLeast(ServerVersion.V6_0)) {
                document.append("partitioned", BsonBoolean.valueOf(partitioned));
            }
            return document.append("version", version);
        }
    }

    public Routing {
        databases = new TreeMap<>(databases);
        collections = new TreeMap<>(collections);
        shards = new TreeMap<>(shards);
    }

    public Optional<ShardedCollection> collection(String namespace) {
        return Optional.ofNullable(collections.get(namespace));
    }

    public Optional<Database> database(String name) {
        return Optional.ofNullable(databases.get(name));
    }

    Routing with(ShardedCollection collection) {
        return changed(copy -> copy.collections.put(collection.namespace(), collection));
    }

    Routing withoutCollection(String namespace) {
        return changed(copy -> copy.collections.remove(namespace));
    }

    Routing with(Database database) {
        return changed(copy -> copy.databases.put(database.name(), database));
    }

    Routing withoutDatabase(String name) {
        return changed(copy -> copy.databases.remove(name));
    }

    Routing withShard(String id, String host) {
        return changed(copy -> copy.shards.put(id, host));
    }

    Routing withoutShard(String id) {
        return changed(copy -> copy.shards.remove(id));
    }

    private Routing changed(Consumer<Routing> change) {
        Routing copy = new Routing(databases, collections, shards);
        change.accept(copy);
        return copy;
    }

    /** Chunks by shard, for people. */
    public Map<String, Long> chunksByShard(String namespace) {
        Map<String, Long> counts = new TreeMap<>();
        collection(namespace)
                .ifPresent(
                        found ->
                                found.chunks()
                                        .forEach(
                                                chunk ->
                                                        counts.merge(
                                                                chunk.shard(), 1L, Long::sum)));
        return counts;
    }
}
