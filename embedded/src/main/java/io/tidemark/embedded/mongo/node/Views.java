package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CatalogState;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonString;

/** Views are documents of {@code db.system.views}; this reads them. */
final class Views {
    private Views() {}

    /** The definition of a view, or null. */
    static BsonDocument find(Engine engine, String namespace) {
        CollectionInfo definitions =
                engine.catalog.current().named(Namespaces.database(namespace) + ".system.views");
        if (definitions == null) {
            return null;
        }
        byte[] found = engine.data.of(definitions).newest(IdKey.of(new BsonString(namespace)));
        return found == null ? null : BsonBytes.document(found);
    }

    static List<BsonDocument> all(Engine engine, String database, ReadView view) {
        CatalogState state = engine.catalog.in(view);
        CollectionInfo definitions = state.named(database + ".system.views");
        List<BsonDocument> found = new ArrayList<>();
        if (definitions != null) {
            engine.data
                    .of(definitions)
                    .forEach(view, document -> found.add(BsonBytes.document(document)));
        }
        return found;
    }
}
