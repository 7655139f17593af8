package io.tidemark.embedded.mongo.wire;

import io.tidemark.embedded.mongo.node.Connection;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;

/** Who answers what comes in over the wire. Called by several threads at once. */
@FunctionalInterface
public interface CommandHandler {
    /**
     * The reply to a command, as BSON; refusals are replies, too.
     *
     * @param body first key is the command's name
     * @param sequences documents sent beside the body, by the field they belong to
     */
    byte[] handle(
            Connection connection,
            String database,
            BsonDocument body,
            Map<String, List<byte[]>> sequences);
}
