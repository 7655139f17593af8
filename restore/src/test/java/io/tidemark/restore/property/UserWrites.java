package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.sharding.Routing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** What users write outside transactions: documents of the collections there are. */
final class UserWrites {
    static final int KEYS = 40;
    private static final String BUCKETS = ".system.buckets.";
    private final Life life;
    private final Map<String, Integer> keys = new HashMap<>();
    private long nextRetryable = 1;

    UserWrites(Life life) {
        this.life = life;
    }

    /** Sharded collections and plain ones as they are now; views and buckets are not among them. */
    List<String> collections() {
        Routing routing = life.cluster.routing();
        List<String> found = new ArrayList<>();
        routing.collections().keySet().stream()
                .filter(name -> !name.startsWith("config."))
                .forEach(found::add);
        routing.databases()
                .values()
                .forEach(
                        database ->
                                life
                                        .cluster
                                        .shards()
                                        .get(database.primary())
                                        .primary()
                                        .collections()
                                        .stream()
                                        .filter(c -> isPlain(c, database.name()))
                                        .map(CollectionDescription::namespace)
                                        .filter(name -> !found.contains(name))
                                        .forEach(found::add));
        return found;
    }

    private static boolean isPlain(CollectionDescription collection, String database) {
        return collection.namespace().startsWith(database + ".")
                && !collection.collection().startsWith("system.");
    }

    boolean isCapped(String namespace) {
        String primary = life.cluster.routing().databases().get(Life.database(namespace)).primary();
        return life.cluster.shards().get(primary).primary().collection(namespace).stream()
                .anyMatch(collection -> collection.options().containsKey("capped"));
    }

    Optional<String> anyCollection() {
        List<String> all = collections();
        return all.isEmpty() ? Optional.empty() : Optional.of(life.any(all));
    }

    BsonDocument newDocument(String namespace, int id) {
        int key = life.below(KEYS);
        keys.put(namespace + "/" + id, key);
        BsonDocument document =
                new BsonDocument("_id", new BsonInt32(id)).append("k", new BsonInt32(key));
        if (life.chance(60)) {
            document.append("n", new BsonInt32(life.below(100)))
                    .append("list", BsonArray.parse("[1, {a: 2}, 'x']"));
        }
        return document;
    }

    /** Names one document by what every shard key of this workload needs. */
    BsonDocument key(String namespace, int id) {
        return new BsonDocument("_id", new BsonInt32(id))
                .append("k", new BsonInt32(keys.getOrDefault(namespace + "/" + id, 0)));
    }

    /** The id of some document that may be there and that no transaction holds; 0 for none. */
    int anyFreeId(String namespace) {
        for (int tries = 0; tries < 8; tries++) {
            int id = 1 + life.below(life.ids());
            if (keys.containsKey(namespace + "/" + id) && !life.isHeld(namespace, id)) {
                return id;
            }
        }
        return 0;
    }

    void write() {
        Optional<String> namespace = anyCollection();
        if (namespace.isEmpty()) {
            return;
        }
        switch (life.below(10)) {
            case 0, 1, 2, 3 -> insert(namespace.get());
            case 4, 5, 6 -> update(namespace.get());
            case 7 -> replace(namespace.get());
            case 8 -> delete(namespace.get());
            default -> insertAgain(namespace.get());
        }
    }

    void insert(String namespace) {
        List<BsonDocument> documents = new ArrayList<>();
        for (int i = life.below(4); i >= 0; i--) {
            documents.add(newDocument(namespace, life.nextId()));
        }
        BsonDocument command = insertCommand(namespace, documents);
        if (life.chance(30)) {
            command.append("lsid", session(3)).append("txnNumber", new BsonInt64(nextRetryable++));
        }
        life.run(Life.database(namespace), command);
    }

    /** Measurements of a time series, if there is any: they go into its buckets. */
    void measure() {
        List<String> series = new ArrayList<>();
        life.cluster
                .routing()
                .databases()
                .values()
                .forEach(
                        database ->
                                life
                                        .cluster
                                        .shards()
                                        .get(database.primary())
                                        .primary()
                                        .collections()
                                        .stream()
                                        .map(CollectionDescription::namespace)
                                        .filter(ns -> ns.startsWith(database.name() + BUCKETS))
                                        .map(ns -> ns.replace(BUCKETS, "."))
                                        .forEach(series::add));
        if (series.isEmpty()) {
            return;
        }
        String namespace = life.any(series);
        List<BsonDocument> measurements = new ArrayList<>();
        for (int i = life.below(3); i >= 0; i--) {
            measurements.add(
                    new BsonDocument("_id", new BsonInt32(life.nextId()))
                            .append("t", new BsonDateTime(life.clock.millis()))
                            .append("m", new BsonInt32(life.below(3)))
                            .append("v", new BsonInt32(life.below(100))));
        }
        life.run(Life.database(namespace), insertCommand(namespace, measurements));
    }

    /** Acknowledged by the primary alone. */
    void insertUnsafely(String namespace) {
        BsonDocument command =
                insertCommand(namespace, List.of(newDocument(namespace, life.nextId())));
        command.append("writeConcern", new BsonDocument("w", new BsonInt32(1)));
        life.run(Life.database(namespace), command);
    }

    private void update(String namespace) {
        int id = anyFreeId(namespace);
        if (id > 0) {
            BsonDocument change = change();
            boolean upsert = life.chance(15);
            BsonDocument command = updateCommand(namespace, key(namespace, id), change, upsert);
            life.run(Life.database(namespace), command);
        }
    }

    BsonDocument change() {
        return BsonDocument.parse(
                switch (life.below(7)) {
                    case 0 -> "{$set: {'a.b.c': " + life.below(99) + "}, $unset: {n: 1}}";
                    case 1 -> "{$push: {list: " + life.below(9) + "}, $inc: {n: 1}}";
                    case 2 -> "{$set: {'list.1': 'x" + life.below(9) + "', z: {q: [1, {r: 2}]}}}";
                    case 3 -> "{$pop: {list: 1}, $set: {note: 'n" + life.below(99) + "'}}";
                    case 4 -> "{$rename: {note: 'old'}}";
                    case 5 -> "{$unset: {'a.b': 1, z: 1}}";
                    default -> "{$inc: {n: " + life.below(9) + "}, $set: {b: [null, true]}}";
                });
    }

    private void replace(String namespace) {
        int id = anyFreeId(namespace);
        if (id > 0) {
            BsonDocument whole = key(namespace, id).append("again", new BsonInt32(life.below(50)));
            BsonDocument key = key(namespace, id);
            life.run(Life.database(namespace), updateCommand(namespace, key, whole, false));
        }
    }

    private void delete(String namespace) {
        int id = anyFreeId(namespace);
        if (id > 0) {
            life.run(Life.database(namespace), deleteCommand(namespace, key(namespace, id)));
        }
    }

    /** Deletes a document and inserts another of the same id, maybe on another shard. */
    private void insertAgain(String namespace) {
        int id = anyFreeId(namespace);
        if (id > 0) {
            life.run(Life.database(namespace), deleteCommand(namespace, key(namespace, id)));
            int before = keys.get(namespace + "/" + id);
            BsonDocument again = newDocument(namespace, id);
            boolean done =
                    life.run(Life.database(namespace), insertCommand(namespace, List.of(again)));
            if (!done) {
                keys.put(namespace + "/" + id, before);
            }
        }
    }

    static BsonDocument insertCommand(String namespace, List<BsonDocument> documents) {
        return new BsonDocument("insert", collection(namespace))
                .append("documents", new BsonArray(documents));
    }

    static BsonDocument updateCommand(
            String namespace, BsonDocument key, BsonDocument update, boolean upsert) {
        BsonDocument statement = new BsonDocument("q", key).append("u", update);
        if (upsert) {
            statement.append("upsert", BsonBoolean.TRUE);
        }
        return new BsonDocument("update", collection(namespace))
                .append("updates", new BsonArray(List.of(statement)));
    }

    static BsonDocument deleteCommand(String namespace, BsonDocument key) {
        BsonDocument statement = new BsonDocument("q", key).append("limit", new BsonInt32(1));
        return new BsonDocument("delete", collection(namespace))
                .append("deletes", new BsonArray(List.of(statement)));
    }

    static BsonValue collection(String namespace) {
        return new BsonString(namespace.substring(namespace.indexOf('.') + 1));
    }

    /** As a shard logs it: the id, and the digest of no user. */
    static BsonDocument session(long number) {
        return new BsonDocument("id", new BsonBinary(new java.util.UUID(0x4000, number)))
                .append("uid", new BsonBinary(new byte[32]));
    }
}
