package io.tidemark.cli.snapshot;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/**
 * All that one database of a server holds, as the server tells it to any client: collections with
 * type, options and UUID, indexes, and documents byte for byte; those of capped collections in
 * their order.
 */
final class Holdings {
    private static final String BUCKETS = "system.buckets.";
    private final Map<String, String> lines = new TreeMap<>();
    private long documents;

    private Holdings() {}

    static Holdings of(MongoClient client, String database) {
        Holdings holdings = new Holdings();
        MongoDatabase named = client.getDatabase(database);
        for (BsonDocument listed : named.listCollections(BsonDocument.class)) {
            holdings.add(named, listed);
        }
        return holdings;
    }

    /** By what they are of. */
    Map<String, String> lines() {
        return lines;
    }

    long documents() {
        return documents;
    }

    private void add(MongoDatabase database, BsonDocument listed) {
        String name = listed.getString("name").getValue();
        lines.put(name + " type", listed.getString("type").getValue());
        lines.put(name + " options", new TreeMap<>(listed.getDocument("options")).toString());
        boolean stored = listed.getString("type").getValue().equals("collection");
        if (!stored || name.equals("system.views")) {
            // A view's UUID is nobody's; that of system.views is the server's own.
            return;
        }
        // A server makes time series by a plain create only, with a UUID of its own.
        if (!name.startsWith(BUCKETS)) {
            lines.put(name + " uuid", listed.getDocument("info").get("uuid").toString());
        }
        TreeSet<String> indexes = new TreeSet<>();
        database.getCollection(name)
                .listIndexes(BsonDocument.class)
                .forEach(index -> indexes.add(new TreeMap<>(index).toString()));
        lines.put(name + " indexes", indexes.toString());
        List<String> found = new ArrayList<>();
        database.getCollection(name, RawBsonDocument.class)
                .find()
                .forEach(document -> found.add(document.toJson() + bytes(document)));
        documents += found.size();
        lines.put(
                name + " documents",
                listed.getDocument("options").containsKey("capped")
                        ? found.toString()
                        : new TreeSet<>(found).toString());
    }

    private static String bytes(RawBsonDocument document) {
        byte[] bytes = new byte[document.getByteBuffer().remaining()];
        document.getByteBuffer().get(bytes);
        return java.util.HexFormat.of().formatHex(bytes);
    }
}
