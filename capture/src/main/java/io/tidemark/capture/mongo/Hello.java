package io.tidemark.capture.mongo;

import io.tidemark.capture.tail.MemberRole;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;

/** A server's answer to {@code hello}: what it is and how far it is. */
record Hello(BsonDocument reply) {
    boolean isRouter() {
        return reply.getString("msg", new org.bson.BsonString("")).getValue().equals("isdbgrid");
    }

    boolean isConfigServer() {
        return reply.containsKey("configsvr");
    }

    Optional<String> setName() {
        return Optional.ofNullable(reply.get("setName")).map(v -> v.asString().getValue());
    }

    boolean isPrimary() {
        return isTrue("isWritablePrimary") || isTrue("ismaster");
    }

    /** Empty for a member that can't be read: arbiter, recovering, in rollback, starting. */
    Optional<MemberRole> role() {
        if (isPrimary()) {
            return Optional.of(MemberRole.PRIMARY);
        }
        if (!isTrue("secondary")) {
            return Optional.empty();
        }
        return Optional.of(isTrue("hidden") ? MemberRole.HIDDEN : MemberRole.SECONDARY);
    }

    Map<String, String> tags() {
        Map<String, String> tags = new HashMap<>();
        if (reply.isDocument("tags")) {
            reply.getDocument("tags").forEach((k, v) -> tags.put(k, v.asString().getValue()));
        }
        return tags;
    }

    long lastWriteMillis() {
        BsonValue date = lastWrite().get("lastWriteDate");
        return date == null ? 0 : date.asDateTime().getValue();
    }

    /** The newest entry that a majority holds, as far as this member knows. */
    Optime majorityOptime() {
        BsonDocument last = lastWrite();
        BsonDocument optime =
                last.getDocument("majorityOpTime", last.getDocument("opTime", new BsonDocument()));
        return optime.isTimestamp("ts")
                ? new Optime(
                        ClusterTime.of(optime.getTimestamp("ts")),
                        optime.getNumber("t", new BsonInt64(-1)).longValue())
                : Optime.NONE;
    }

    private BsonDocument lastWrite() {
        return reply.getDocument("lastWrite", new BsonDocument());
    }

    private boolean isTrue(String field) {
        return reply.containsKey(field) && reply.getBoolean(field).getValue();
    }
}
