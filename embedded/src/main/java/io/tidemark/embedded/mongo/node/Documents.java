package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.query.ShardKey;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import java.nio.charset.StandardCharsets;
import org.bson.BsonDocument;

/** Brings documents into the form a server stores, and tells the changes made to them. */
final class Documents {
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private Documents() {}

    /** A copy that may be changed; raw documents may not. */
    static BsonDocument mutable(BsonDocument document) {
        BsonDocument copy = new BsonDocument();
        document.forEach(copy::put);
        return copy;
    }

    /** The document as stored: {@code _id} first, empty top-level timestamps filled in. */
    static byte[] forInsert(Engine engine, byte[] given) {
        requireSize(given);
        int id = BsonBytes.find(given, "_id");
        boolean emptyTime = inspectNames(engine, given);
        if (id == 4 && !emptyTime) {
            requireIdType(given[4]);
            return given;
        }
        RawBuilder out = new RawBuilder(given.length + 32);
        if (id < 0) {
            out.objectId("_id", engine.ids().objectId().toByteArray());
        } else {
            requireIdType(given[id]);
            copy(out, given, id, engine);
        }
        for (int at = 4; given[at] != 0; at = next(given, at)) {
            if (at != id) {
                copy(out, given, at, engine);
            }
        }
        byte[] whole = out.toBytes();
        requireSize(whole);
        return whole;
    }

    static void requireSize(byte[] document) {
        if (document.length > MAX_BYTES) {
            throw new CommandFailure(
                    ErrorCode.BSONObjectTooLarge,
                    "object to insert too large. size in bytes: "
                            + document.length
                            + ", max size: "
                            + MAX_BYTES);
        }
    }

    /** Refuses names a server of this version refuses; true if an empty timestamp is there. */
    private static boolean inspectNames(Engine engine, byte[] document) {
        boolean dollars = engine.version().atLeast(ServerVersion.V5_0);
        boolean emptyTime = false;
        for (int at = 4; document[at] != 0; at = next(document, at)) {
            if (document[at + 1] == '$' && !dollars) {
                throw new CommandFailure(
                        ErrorCode.BadValue,
                        "Document can't have $ prefixed field names: " + name(document, at));
            }
            int value = BsonBytes.valueOffset(document, at);
            if (document[at] == 17 && BsonBytes.int64(document, value) == 0) {
                emptyTime = true;
            }
        }
        return emptyTime;
    }

    private static void copy(RawBuilder out, byte[] from, int at, Engine engine) {
        int value = BsonBytes.valueOffset(from, at);
        String name = name(from, at);
        boolean emptyTime = from[at] == 17 && BsonBytes.int64(from, value) == 0;
        if (emptyTime && !name.equals("_id")) {
            out.timestamp(name, engine.clock.tick());
        } else {
            out.copy(name, from[at], from, value, BsonBytes.valueLength(from[at], from, value));
        }
    }

    private static String name(byte[] document, int element) {
        int value = BsonBytes.valueOffset(document, element);
        return new String(document, element + 1, value - element - 2, StandardCharsets.UTF_8);
    }

    private static int next(byte[] document, int element) {
        int value = BsonBytes.valueOffset(document, element);
        return value + BsonBytes.valueLength(document[element], document, value);
    }

    static void requireIdType(int type) {
        String refused =
                switch (type) {
                    case 4 -> "array";
                    case 11 -> "regex";
                    case 6 -> "undefined";
                    default -> null;
                };
        if (refused != null) {
            throw new CommandFailure(
                    ErrorCode.InvalidIdType, "The '_id' value cannot be of type " + refused);
        }
    }

    /** What addresses the document: shard key fields first, if there are any, then {@code _id}. */
    static byte[] key(Engine engine, CollectionInfo collection, byte[] document) {
        BsonDocument pattern =
                engine.shardKeys.isEmpty() ? null : engine.shardKeys.get(collection.uuid());
        if (pattern != null) {
            return BsonBytes.of(new ShardKey(pattern).documentKey(BsonBytes.document(document)));
        }
        int id = BsonBytes.find(document, "_id");
        int value = BsonBytes.valueOffset(document, id);
        int count = BsonBytes.valueLength(document[id], document, value);
        return new RawBuilder(count + 16)
                .copy("_id", document[id], document, value, count)
                .toBytes();
    }

    static Change insertion(
            Engine engine,
            CollectionInfo collection,
            IdKey key,
            byte[] document,
            int statement,
            boolean fromMigrate) {
        byte[] o2 = engine.format.insertsCarryKey() ? key(engine, collection, document) : null;
        return new Change(
                "i", collection, key, null, document, document, o2, statement, fromMigrate, null);
    }

    static Change deletion(
            Engine engine,
            CollectionInfo collection,
            IdKey key,
            byte[] before,
            int statement,
            boolean fromMigrate) {
        byte[] o = key(engine, collection, before);
        return new Change(
                "d", collection, key, before, null, o, null, statement, fromMigrate, null);
    }
}
