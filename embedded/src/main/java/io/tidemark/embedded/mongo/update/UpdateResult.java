package io.tidemark.embedded.mongo.update;

import java.util.Optional;
import org.bson.BsonDocument;

/**
 * A document after an update.
 *
 * @param post the whole document, {@code _id} first
 * @param log the {@code o} of the oplog entry; empty if nothing changed, then nothing is logged
 */
public record UpdateResult(BsonDocument post, Optional<BsonDocument> log) {
    public boolean changed() {
        return log.isPresent();
    }
}
