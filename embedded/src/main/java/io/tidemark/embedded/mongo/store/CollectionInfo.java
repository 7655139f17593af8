package io.tidemark.embedded.mongo.store;

import io.tidemark.embedded.mongo.CollectionDescription;
import java.util.List;
import java.util.UUID;
import org.bson.BsonDocument;

/**
 * Catalogue entry of a collection.
 *
 * @param namespace current name, {@code db.collection}
 * @param options as given to {@code create}, without UUID and idIndex
 * @param indexes ready indexes as given, {@code _id} first unless clustered
 * @param building indexes of unfinished builds
 */
public record CollectionInfo(
        String namespace,
        UUID uuid,
        BsonDocument options,
        List<BsonDocument> indexes,
        List<BsonDocument> building) {
    public CollectionInfo {
        indexes = List.copyOf(indexes);
        building = List.copyOf(building);
    }

    public String database() {
        return namespace.substring(0, namespace.indexOf('.'));
    }

    public String collection() {
        return namespace.substring(namespace.indexOf('.') + 1);
    }

    public boolean capped() {
        return options.containsKey("capped") && isTrue("capped");
    }

    private boolean isTrue(String option) {
        return options.get(option).isBoolean() && options.getBoolean(option).getValue();
    }

    public CollectionInfo named(String newNamespace) {
        return new CollectionInfo(newNamespace, uuid, options, indexes, building);
    }

    public CollectionInfo with(BsonDocument newOptions) {
        return new CollectionInfo(namespace, uuid, newOptions, indexes, building);
    }

    public CollectionInfo indexed(List<BsonDocument> newIndexes) {
        return new CollectionInfo(namespace, uuid, options, newIndexes, building);
    }

    public CollectionInfo building(List<BsonDocument> newBuilding) {
        return new CollectionInfo(namespace, uuid, options, indexes, newBuilding);
    }

    public CollectionDescription describe() {
        return new CollectionDescription(namespace, uuid, options, indexes);
    }
}
