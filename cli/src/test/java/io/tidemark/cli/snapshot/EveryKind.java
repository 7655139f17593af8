package io.tidemark.cli.snapshot;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;

/** Collections of every kind, indexes of every kind and documents in them, made by commands. */
final class EveryKind {
    static final String DATABASE = "kinds";
    private final MongoDatabase database;

    EveryKind(MongoClient client) {
        database = client.getDatabase(DATABASE);
    }

    void plain() {
        run("create: 'plain'");
        insert("plain", 30, "{_id: %d, a: %d, at: {$date: 1790000000000}, place: [1.5, 2.5]}");
        index("plain", "key: {a: 1}, name: 'unique', unique: true");
        index("plain", "key: {s: 1}, name: 'sparse', sparse: true");
        index(
                "plain",
                "key: {p: -1}, name: 'partial', unique: true,"
                        + " partialFilterExpression: {p: {$gt: 5}}");
        index("plain", "key: {at: 1}, name: 'ttl', expireAfterSeconds: 864000000");
        index("plain", "key: {title: 'text', body: 'text'}, name: 'text', weights: {title: 3}");
        index("plain", "key: {geo: '2dsphere'}, name: 'sphere'");
        index("plain", "key: {place: '2d'}, name: 'flat', bits: 20, min: -100, max: 100");
        index("plain", "key: {h: 'hashed'}, name: 'hashed'");
        index("plain", "key: {'$**': 1}, name: 'wild', wildcardProjection: {a: 1, 'b.c': 1}");
        index("plain", "key: {'w.$**': 1}, name: 'wild_below'");
        index("plain", "key: {hidden: 1}, name: 'hidden', hidden: true");
        index("plain", "key: {x: 1, y: -1, z: 1}, name: 'compound'");
        index("plain", "key: {name: 1}, name: 'collated', collation: {locale: 'de', strength: 2}");
    }

    void optioned() {
        run("create: 'collated', collation: {locale: 'fr', strength: 1, caseLevel: true}");
        insert("collated", 9, "{_id: 'id%d', n: %d}");
        index("collated", "key: {n: 1}, name: 'inherits'");
        index("collated", "key: {n: -1}, name: 'simple', collation: {locale: 'simple'}");
        run(
                "create: 'valid', validator: {$jsonSchema: {bsonType: 'object', required: ['n'],"
                        + " properties: {n: {bsonType: 'int', minimum: 0}}}},"
                        + " validationLevel: 'moderate', validationAction: 'error'");
        insert("valid", 9, "{_id: %d, n: %d}");
        run("create: 'query', validator: {n: {$gte: 0}}, validationAction: 'warn'");
    }

    /** Full, so that what was first is gone; ids are in no order. */
    void capped() {
        run("create: 'ring', capped: true, size: 8192, max: 25");
        for (int i = 0; i < 60; i++) {
            run("insert: 'ring', documents: [{_id: " + (i * 37 % 101) + ", n: " + i + "}]");
        }
        run("create: 'wide', capped: true, size: 100000");
        insert("wide", 12, "{_id: {$numberLong: '-%d'}, n: %d}");
    }

    void views() {
        run("create: 'view', viewOn: 'plain', pipeline: [{$match: {a: {$gt: 3}}}]");
        run("create: 'on_view', viewOn: 'view', pipeline: [{$project: {a: 1}}]");
        run(
                "create: 'collated_view', viewOn: 'collated', pipeline: [],"
                        + " collation: {locale: 'fr', strength: 1, caseLevel: true}");
    }

    void clustered() {
        run(
                "create: 'clustered', clusteredIndex: {key: {_id: 1}, unique: true, name: 'main'},"
                        + " expireAfterSeconds: 864000000");
        insert("clustered", 15, "{_id: {$date: {$numberLong: '17900000%02d000'}}, n: %d}");
        index("clustered", "key: {n: 1}, name: 'second'");
    }

    void timeSeries() {
        run(
                "create: 'series', timeseries: {timeField: 't', metaField: 'm', granularity:"
                        + " 'minutes'}, expireAfterSeconds: 864000000");
        for (int i = 0; i < 20; i++) {
            run(
                    "insert: 'series', documents: [{_id: %d, t: {$date: {$numberLong:".formatted(i)
                            + " '%d'}}, m: {sensor: %d}, value: %d.5}]"
                                    .formatted(1_790_000_000_000L + i * 70_000L, i % 3, i));
        }
        index("series", "key: {'m.sensor': -1, t: 1}, name: 'by_sensor'");
        index("series", "key: {t: -1}, name: 'latest'");
        run("create: 'bare', timeseries: {timeField: 'at'}");
        run("create: 'unindexed', timeseries: {timeField: 't', metaField: 'm'}");
        run("dropIndexes: 'unindexed', index: '*'");
    }

    /** Between snapshot and restored time. */
    void changeSeries() {
        run("collMod: 'series', timeseries: {granularity: 'hours'}, expireAfterSeconds: 900000000");
        run("dropIndexes: 'series', index: 'latest'");
        index("bare", "key: {at: 1}, name: 'by_time'");
    }

    /** Into buckets that are there, a new one, and the bucket of another series. */
    void measure() {
        for (int i = 0; i < 6; i++) {
            run(
                    "insert: 'series', documents: [{_id: %d, t: {$date: {$numberLong: '%d'}}, m:"
                                    .formatted(100 + i, 1_790_000_000_000L + i * 700_000L)
                            + " {sensor: %d}, value: 7}]".formatted(i));
        }
        run("insert: 'bare', documents: [{_id: 1, at: {$date: {$numberLong: '1790000000000'}}}]");
    }

    /** Between snapshot and restored time. */
    void change() {
        run("collMod: 'plain', index: {name: 'ttl', expireAfterSeconds: 900000000}");
        run("collMod: 'plain', index: {name: 'compound', hidden: true}");
        run("collMod: 'valid', validationLevel: 'strict'");
        run("collMod: 'view', viewOn: 'plain', pipeline: [{$match: {a: 7}}]");
        run("drop: 'on_view'");
        run("insert: 'ring', documents: [{_id: 1000}, {_id: 999}]");
    }

    private void insert(String collection, int count, String form) {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add(form.formatted(i, i));
        }
        run("insert: '" + collection + "', documents: [" + String.join(", ", documents) + "]");
    }

    private void index(String collection, String specification) {
        run("createIndexes: '" + collection + "', indexes: [{" + specification + "}]");
    }

    private void run(String command) {
        BsonDocument reply =
                database.runCommand(BsonDocument.parse("{" + command + "}"), BsonDocument.class);
        if (reply.containsKey("writeErrors")) {
            throw new IllegalStateException(command + ": " + reply);
        }
    }
}
