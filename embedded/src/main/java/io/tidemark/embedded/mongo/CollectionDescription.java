package io.tidemark.embedded.mongo;

import java.util.List;
import java.util.UUID;
import org.bson.BsonDocument;

/**
 * One collection of the catalogue at one cluster time.
 *
 * @param namespace {@code db.collection}
 * @param options options as given to {@code create}, without the UUID
 * @param indexes index specifications as {@code listIndexes} shows them, {@code _id} first
 */
public record CollectionDescription(
        String namespace, UUID uuid, BsonDocument options, List<BsonDocument> indexes) {
    public CollectionDescription {
        indexes = List.copyOf(indexes);
    }

    public String database() {
        return namespace.substring(0, namespace.indexOf('.'));
    }

    public String collection() {
        return namespace.substring(namespace.indexOf('.') + 1);
    }
}
