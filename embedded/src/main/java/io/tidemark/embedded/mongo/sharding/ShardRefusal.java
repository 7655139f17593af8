package io.tidemark.embedded.mongo.sharding;

import org.bson.BsonDocument;

/** A replica set refused what it was asked; the router hands its reply on. */
final class ShardRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient BsonDocument reply;

    ShardRefusal(String member, BsonDocument reply) {
        super(member + " refused: " + reply.get("errmsg"));
        this.reply = reply;
    }

    BsonDocument reply() {
        return reply;
    }

    int code() {
        return reply.containsKey("code") ? reply.getNumber("code").intValue() : 0;
    }
}
