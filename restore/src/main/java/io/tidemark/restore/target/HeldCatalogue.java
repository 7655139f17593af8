package io.tidemark.restore.target;

import com.mongodb.MongoCommandException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** Lists what a target holds. */
final class HeldCatalogue {
    private final Commands commands;

    HeldCatalogue(Commands commands) {
        this.commands = commands;
    }

    List<HeldCollection> read() {
        return commands.run("list its collections", this::all);
    }

    private List<HeldCollection> all() {
        List<HeldCollection> held = new ArrayList<>();
        for (String database : commands.client().listDatabaseNames()) {
            if (!database.equals("local")) {
                for (RawBsonDocument listed :
                        commands.client()
                                .getDatabase(database)
                                .listCollections(RawBsonDocument.class)) {
                    held.add(collection(database, listed));
                }
            }
        }
        return held;
    }

    private HeldCollection collection(String database, BsonDocument listed) {
        Namespace namespace = new Namespace(database, listed.getString("name").getValue());
        String type = listed.isString("type") ? listed.getString("type").getValue() : "collection";
        BsonDocument info = listed.getDocument("info", new BsonDocument());
        Optional<UUID> uuid =
                info.isBinary("uuid")
                        ? Optional.of(info.getBinary("uuid").asUuid())
                        : Optional.empty();
        boolean plain = type.equals("collection");
        return new HeldCollection(
                namespace,
                type,
                uuid,
                RawDocument.of(Bson.bytes(listed.getDocument("options", new BsonDocument()))),
                plain ? indexes(namespace) : List.of());
    }

    private List<RawDocument> indexes(Namespace namespace) {
        List<RawDocument> found = new ArrayList<>();
        try {
            for (RawBsonDocument index :
                    commands.collection(namespace).listIndexes(RawBsonDocument.class)) {
                found.add(RawDocument.of(Bson.raw(index).toBytes()));
            }
        } catch (MongoCommandException none) {
            if (none.getErrorCode() != Commands.NAMESPACE_NOT_FOUND) {
                throw none;
            }
        }
        return found;
    }
}
