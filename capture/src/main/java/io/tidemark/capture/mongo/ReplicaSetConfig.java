package io.tidemark.capture.mongo;

import io.tidemark.schemas.model.Incarnation;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;

/** What {@code replSetGetConfig} tells of a replica set. */
record ReplicaSetConfig(BsonDocument config) {
    String name() {
        return config.getString("_id").getValue();
    }

    /** {@code settings.replicaSetId}; unknown for sets older than 3.2. */
    Incarnation incarnation() {
        BsonDocument settings = config.getDocument("settings", new BsonDocument());
        return settings.isObjectId("replicaSetId")
                ? new Incarnation(settings.getObjectId("replicaSetId").getValue().toHexString())
                : Incarnation.UNKNOWN;
    }

    /** {@code host:port} of the members that hold data and don't delay it on purpose. */
    List<String> dataBearing() {
        return config.getArray("members").stream()
                .map(BsonValue::asDocument)
                .filter(m -> !m.getBoolean("arbiterOnly", BsonBoolean.FALSE).getValue())
                .filter(m -> delaySeconds(m) == 0)
                .map(m -> m.getString("host").getValue())
                .toList();
    }

    private static long delaySeconds(BsonDocument member) {
        BsonInt64 none = new BsonInt64(0);
        return member.getNumber("secondaryDelaySecs", member.getNumber("slaveDelay", none))
                .longValue();
    }
}
