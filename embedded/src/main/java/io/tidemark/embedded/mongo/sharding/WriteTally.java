package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/** The answers of several shards to the statements of one write command, put together. */
final class WriteTally {
    private final List<BsonDocument> errors = new ArrayList<>();
    private final List<BsonDocument> upserts = new ArrayList<>();
    private int n;
    private int modified;

    /**
     * Adds a shard's answer.
     *
     * @param indexes for each statement the shard got, its index in the client's command
     */
    void add(BsonDocument reply, List<Integer> indexes) {
        n += number(reply, "n");
        modified += number(reply, "nModified");
        move(reply, "writeErrors", indexes, errors);
        move(reply, "upserted", indexes, upserts);
    }

    private static int number(BsonDocument reply, String field) {
        return reply.containsKey(field) ? reply.getNumber(field).intValue() : 0;
    }

    private static void move(
            BsonDocument reply, String field, List<Integer> indexes, List<BsonDocument> into) {
        if (reply.get(field) instanceof BsonArray array) {
            for (BsonValue element : array) {
                BsonDocument copy = Bson.copy(element.asDocument());
                copy.put("index", new BsonInt32(indexes.get(copy.getNumber("index").intValue())));
                into.add(copy);
            }
        }
    }

    void error(int index, int code, String message) {
        errors.add(
                new BsonDocument("index", new BsonInt32(index))
                        .append("code", new BsonInt32(code))
                        .append("errmsg", Bson.string(message)));
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    int matched() {
        return n;
    }

    BsonDocument reply(boolean update) {
        BsonDocument reply = new BsonDocument("n", new BsonInt32(n));
        if (update) {
            reply.append("nModified", new BsonInt32(modified));
        }
        if (!upserts.isEmpty()) {
            reply.append("upserted", new BsonArray(upserts));
        }
        if (!errors.isEmpty()) {
            errors.sort(Comparator.comparingInt(error -> error.getNumber("index").intValue()));
            reply.append("writeErrors", new BsonArray(errors));
        }
        return reply;
    }
}
