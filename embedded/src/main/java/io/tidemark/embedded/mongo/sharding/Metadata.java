package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonTimestamp;

/** Writes the config servers' documents and keeps the routing the same as they are. */
final class Metadata {
    private final Core core;
    private long internalTransactions;

    Metadata(Core core) {
        this.core = core;
    }

    /** What a new cluster's config servers hold. */
    void initialize() {
        for (String name :
                List.of(
                        "config.chunks",
                        "config.collections",
                        "config.databases",
                        "config.shards")) {
            create(name, new BsonDocument());
        }
        create("config.tags", new BsonDocument());
        create("config.settings", new BsonDocument());
        if (core.atLeast(ServerVersion.V7_0)) {
            create("config.placementHistory", new BsonDocument());
        }
        core.changelog().create();
        create(
                "config.actionlog",
                new BsonDocument("capped", BsonBoolean.TRUE)
                        .append("size", new BsonInt64(20L << 20)));
        insert(
                "config.version",
                new BsonDocument("_id", new BsonInt32(1))
                        .append("minCompatibleVersion", new BsonInt32(5))
                        .append("currentVersion", new BsonInt32(6))
                        .append("clusterId", new BsonObjectId(core.clusterId)));
    }

    private void create(String namespace, BsonDocument options) {
        core.config()
                .tell(
                        primary ->
                                primary.createCollection(
                                        namespace,
                                        options,
                                        Optional.of(core.ids.uuid()),
                                        WriteContext.plain()));
    }

    BsonTimestamp insert(String namespace, BsonDocument document) {
        return core.config()
                .call(primary -> primary.insert(namespace, List.of(document), WriteContext.plain()))
                .at();
    }

    BsonTimestamp update(
            String namespace, BsonDocument filter, BsonDocument update, boolean upsert) {
        return core.config()
                .call(
                        primary ->
                                primary.update(
                                        namespace,
                                        filter,
                                        update,
                                        false,
                                        upsert,
                                        WriteContext.plain()))
                .at();
    }

    BsonTimestamp delete(String namespace, BsonDocument filter, boolean multi) {
        return core.config()
                .call(primary -> primary.delete(namespace, filter, multi, WriteContext.plain()))
                .at();
    }

    private void become(BsonTimestamp at, UnaryOperator<Routing> change) {
        core.routing.change(at, change);
    }

    void addShard(Member shard) {
        BsonDocument document =
                new BsonDocument("_id", Bson.string(shard.id()))
                        .append("host", Bson.string(shard.host()))
                        .append("state", new BsonInt32(1));
        if (core.atLeast(ServerVersion.V5_0)) {
            document.append("topologyTime", core.config().clusterTime());
        }
        BsonTimestamp at = insert("config.shards", document);
        become(at, routing -> routing.withShard(shard.id(), shard.host()));
    }

    void removeShard(String id) {
        become(delete("config.shards", Bson.id(id), false), routing -> routing.withoutShard(id));
    }

    Routing.Database createDatabase(String name, String primary) {
        Routing.Database created =
                new Routing.Database(
                        name,
                        primary,
                        core.ids.uuid(),
                        core.config().clusterTime(),
                        1,
                        !core.atLeast(ServerVersion.V5_0));
        BsonTimestamp at = insert("config.databases", created.toDocument(core.version));
        become(at, routing -> routing.with(created));
        return created;
    }

    void movePrimary(Routing.Database moved) {
        BsonTimestamp at =
                update(
                        "config.databases",
                        Bson.id(moved.name()),
                        new BsonDocument(
                                "$set",
                                new BsonDocument("primary", Bson.string(moved.primary()))
                                        .append(
                                                "version",
                                                moved.toDocument(core.version).get("version"))),
                        false);
        become(at, routing -> routing.with(moved));
    }

    void dropDatabase(String name) {
        become(
                delete("config.databases", Bson.id(name), false),
                routing -> routing.withoutDatabase(name));
    }

    /** Chunks first, then the collection that makes them count. */
    void insertCollection(ShardedCollection collection) {
        for (Chunk chunk : collection.chunks()) {
            insert("config.chunks", chunk.toDocument(collection, core.version));
        }
        placementChange(collection)
                .ifPresent(
                        placement -> insert("config.placementHistory", placement.getDocument("o")));
        BsonTimestamp at =
                update(
                        "config.collections",
                        Bson.id(collection.namespace()),
                        collection.toDocument(core.version),
                        true);
        become(at, routing -> routing.with(collection));
    }

    /**
     * The collection's document goes, or up to 4.4 is marked as dropped; its chunks and zones go
     * with it.
     */
    void removeCollection(ShardedCollection collection) {
        boolean present =
                core.routing()
                        .collection(collection.namespace())
                        .filter(now -> now.uuid().equals(collection.uuid()))
                        .isPresent();
        if (!present) {
            return;
        }
        boolean marks = !core.atLeast(ServerVersion.V5_0);
        if (marks) {
            removeChunks(collection);
        }
        BsonTimestamp at =
                marks
                        ? update(
                                "config.collections",
                                Bson.id(collection.namespace()),
                                new BsonDocument(
                                        "$set",
                                        new BsonDocument("dropped", BsonBoolean.TRUE)
                                                .append(
                                                        "lastmod",
                                                        new BsonDateTime(core.clock.millis()))),
                                false)
                        : delete("config.collections", Bson.id(collection.namespace()), false);
        become(at, routing -> routing.withoutCollection(collection.namespace()));
        if (!marks) {
            removeChunks(collection);
        }
        delete("config.tags", new BsonDocument("ns", Bson.string(collection.namespace())), true);
    }

    private void removeChunks(ShardedCollection collection) {
        delete("config.chunks", chunksOf(collection), true);
    }

    /** What a resharding writes beside the source: its copies' collection and chunks. */
    void insertTemporary(ShardedCollection target, String name) {
        for (Chunk chunk : target.chunks()) {
            insert("config.chunks", chunk.toDocument(target, core.version));
        }
        insert("config.collections", temporary(target, name));
    }

    private BsonDocument temporary(ShardedCollection target, String name) {
        BsonDocument document = Bson.id(name);
        target.toDocument(core.version).forEach(document::putIfAbsent);
        return document;
    }

    void removeTemporary(ShardedCollection target, String name) {
        delete("config.collections", Bson.id(name), false);
        delete("config.chunks", new BsonDocument("uuid", Bson.uuid(target.uuid())), true);
    }

    /** One transaction makes the copies the collection (F§5). */
    void reshard(ShardedCollection source, ShardedCollection target, String temporary) {
        List<BsonDocument> operations = new ArrayList<>();
        operations.add(replacement("config.collections", target.toDocument(core.version)));
        operations.add(operation("d", "config.collections", Bson.id(temporary)));
        core.sharded(source.namespace())
                .chunks()
                .forEach(
                        chunk ->
                                operations.add(
                                        operation(
                                                "d",
                                                "config.chunks",
                                                Bson.id(new BsonObjectId(chunk.id())))));
        placementChange(target).ifPresent(operations::add);
        become(inTransaction(operations), routing -> routing.with(target));
    }

    private BsonDocument chunksOf(ShardedCollection collection) {
        return core.atLeast(ServerVersion.V5_0)
                ? new BsonDocument("uuid", Bson.uuid(collection.uuid()))
                : new BsonDocument("ns", Bson.string(collection.namespace()));
    }

    /** A rename or a new shard key: all documents of the collection change in one entry. */
    void replaceCollection(ShardedCollection old, ShardedCollection renewed) {
        List<BsonDocument> operations = new ArrayList<>();
        boolean renamed = !old.namespace().equals(renewed.namespace());
        if (renamed) {
            operations.add(operation("d", "config.collections", Bson.id(old.namespace())));
            operations.add(operation("i", "config.collections", renewed.toDocument(core.version)));
        } else {
            operations.add(replacement("config.collections", renewed.toDocument(core.version)));
        }
        boolean chunksChange = !renamed || !core.atLeast(ServerVersion.V5_0);
        if (chunksChange) {
            renewed.chunks()
                    .forEach(
                            chunk ->
                                    operations.add(
                                            replacement(
                                                    "config.chunks",
                                                    chunk.toDocument(renewed, core.version))));
        }
        BsonTimestamp at = together(operations);
        become(at, routing -> routing.withoutCollection(old.namespace()).with(renewed));
    }

    /**
     * Changes chunks of a collection in one atomic entry: an applyOps command up to 7.0, an
     * internal transaction in 8.0 (F§5, step 8).
     */
    BsonTimestamp changeChunks(
            ShardedCollection changed, List<Chunk> replaced, List<Chunk> added, List<Chunk> gone) {
        List<BsonDocument> operations = new ArrayList<>();
        replaced.forEach(
                chunk ->
                        operations.add(
                                replacement(
                                        "config.chunks", chunk.toDocument(changed, core.version))));
        added.forEach(
                chunk ->
                        operations.add(
                                operation(
                                        "i",
                                        "config.chunks",
                                        chunk.toDocument(changed, core.version))));
        gone.forEach(
                chunk ->
                        operations.add(
                                operation(
                                        "d",
                                        "config.chunks",
                                        new BsonDocument("_id", new BsonObjectId(chunk.id())))));
        placementChange(changed).ifPresent(operations::add);
        BsonTimestamp at = together(operations);
        become(at, routing -> routing.with(changed));
        return at;
    }

    /** From 7.0 the set of owners has a history; it grows when a shard joins or leaves it. */
    private Optional<BsonDocument> placementChange(ShardedCollection changed) {
        boolean same =
                core.routing()
                        .collection(changed.namespace())
                        .map(before -> before.shards().equals(changed.shards()))
                        .orElse(false);
        if (same || !core.atLeast(ServerVersion.V7_0)) {
            return Optional.empty();
        }
        BsonArray owners = new BsonArray();
        changed.shards().forEach(shard -> owners.add(Bson.string(shard)));
        BsonDocument placement =
                new BsonDocument("_id", new BsonObjectId(core.ids.objectId()))
                        .append("nss", Bson.string(changed.namespace()))
                        .append("uuid", Bson.uuid(changed.uuid()))
                        .append("timestamp", core.config().clusterTime())
                        .append("shards", owners);
        return Optional.of(operation("i", "config.placementHistory", placement));
    }

    private static BsonDocument replacement(String namespace, BsonDocument document) {
        return new BsonDocument("op", Bson.string("u"))
                .append("b", BsonBoolean.FALSE)
                .append("ns", Bson.string(namespace))
                .append("o", document)
                .append("o2", new BsonDocument("_id", document.get("_id")));
    }

    private static BsonDocument operation(String kind, String namespace, BsonDocument document) {
        return new BsonDocument("op", Bson.string(kind))
                .append("ns", Bson.string(namespace))
                .append("o", document);
    }

    private BsonTimestamp together(List<BsonDocument> operations) {
        return core.atLeast(ServerVersion.V8_0)
                ? inTransaction(operations)
                : core.config().call(primary -> primary.applyOps(operations));
    }

    private BsonTimestamp inTransaction(List<BsonDocument> operations) {
        UUID session = core.ids.uuid();
        BsonDocument lsid =
                Bson.session(new BsonDocument("id", Bson.uuid(session)))
                        .append("txnUUID", Bson.uuid(core.ids.uuid()));
        TransactionId id = new TransactionId(lsid, internalTransactions++);
        WriteContext context = WriteContext.in(id);
        return core.config()
                .call(
                        primary -> {
                            for (BsonDocument operation : operations) {
                                String namespace = operation.getString("ns").getValue();
                                BsonDocument o = operation.getDocument("o");
                                switch (operation.getString("op").getValue()) {
                                    case "i" -> primary.insert(namespace, List.of(o), context);
                                    case "d" -> primary.delete(namespace, o, false, context);
                                    default ->
                                            primary.update(
                                                    namespace,
                                                    operation.getDocument("o2"),
                                                    o,
                                                    false,
                                                    false,
                                                    context);
                                }
                            }
                            return primary.commitTransaction(id, Optional.empty());
                        });
    }

    void zone(ShardedCollection collection, BsonDocument min, BsonDocument max, String tag) {
        insert(
                "config.tags",
                new BsonDocument("_id", new BsonObjectId(core.ids.objectId()))
                        .append("ns", Bson.string(collection.namespace()))
                        .append("min", min)
                        .append("max", max)
                        .append("tag", Bson.string(tag)));
    }

    void zoneOfShard(String shard, String tag) {
        update(
                "config.shards",
                Bson.id(shard),
                new BsonDocument("$addToSet", new BsonDocument("tags", Bson.string(tag))),
                false);
    }

    void setting(String id, BsonDocument fields) {
        update("config.settings", Bson.id(id), new BsonDocument("$set", fields), true);
    }
}
