package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * What a shard holds, read as its internal readers do: newest state, not waiting for undecided
 * transactions.
 */
final class Contents {
    private Contents() {}

    static List<RawBsonDocument> of(Member shard, String namespace) {
        int dot = namespace.indexOf('.');
        BsonDocument find =
                new BsonDocument("find", Bson.string(namespace.substring(dot + 1)))
                        .append("sort", new BsonDocument("_id", new BsonInt32(1)))
                        .append("batchSize", new BsonInt32(100_000));
        return all(shard, namespace.substring(0, dot), find);
    }

    /** Runs a find or aggregate and drains its cursor. */
    static List<RawBsonDocument> all(Member shard, String database, BsonDocument command) {
        List<RawBsonDocument> found = new ArrayList<>();
        BsonDocument cursor = shard.run(database, command).getDocument("cursor");
        add(found, cursor.getArray("firstBatch"));
        String namespace = cursor.getString("ns").getValue();
        long id = cursor.getInt64("id").getValue();
        while (id != 0) {
            BsonDocument more =
                    new BsonDocument("getMore", new BsonInt64(id))
                            .append(
                                    "collection",
                                    Bson.string(namespace.substring(namespace.indexOf('.') + 1)));
            copy(command, more, "lsid");
            copy(command, more, "txnNumber");
            copy(command, more, "autocommit");
            cursor = shard.run(database, more).getDocument("cursor");
            add(found, cursor.getArray("nextBatch"));
            id = cursor.getInt64("id").getValue();
        }
        return found;
    }

    private static void copy(BsonDocument from, BsonDocument to, String field) {
        if (from.containsKey(field)) {
            to.append(field, from.get(field));
        }
    }

    private static void add(List<RawBsonDocument> found, Iterable<BsonValue> batch) {
        for (BsonValue document : batch) {
            found.add(raw(document.asDocument()));
        }
    }

    static RawBsonDocument raw(BsonDocument document) {
        return document instanceof RawBsonDocument raw
                ? raw
                : new RawBsonDocument(document, new org.bson.codecs.BsonDocumentCodec());
    }
}
