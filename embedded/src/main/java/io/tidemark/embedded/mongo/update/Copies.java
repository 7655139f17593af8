package io.tidemark.embedded.mongo.update;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Deep copies that may be changed, also of documents that are only a view of bytes. */
final class Copies {
    private Copies() {}

    static BsonDocument of(BsonDocument document) {
        BsonDocument copy = new BsonDocument(document.size());
        document.forEach((name, value) -> copy.put(name, of(value)));
        return copy;
    }

    static BsonValue of(BsonValue value) {
        if (value.isDocument()) {
            return of(value.asDocument());
        }
        if (value.isArray()) {
            BsonArray copy = new BsonArray();
            value.asArray().forEach(element -> copy.add(of(element)));
            return copy;
        }
        return value;
    }

    /** The same fields with {@code _id} in front, where the server keeps it. */
    static BsonDocument idFirst(BsonDocument document) {
        if (!document.containsKey("_id") || document.getFirstKey().equals("_id")) {
            return document;
        }
        BsonDocument ordered = new BsonDocument("_id", document.get("_id"));
        document.forEach(ordered::putIfAbsent);
        return ordered;
    }
}
