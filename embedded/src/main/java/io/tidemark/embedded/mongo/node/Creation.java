package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

/** Creates collections, explicitly and by the first write. */
final class Creation {
    /** A new collection and the entry that tells of it. */
    record Created(CollectionInfo collection, Optime at) {}

    private final Engine engine;

    Creation(Engine engine) {
        this.engine = engine;
    }

    static BsonDocument idIndex() {
        return new BsonDocument("v", new BsonInt32(2))
                .append("key", new BsonDocument("_id", new BsonInt32(1)))
                .append("name", new BsonString("_id_"));
    }

    Created create(String namespace, BsonDocument options, UUID uuid, boolean fromMigrate) {
        Namespaces.requireCreatable(namespace);
        if (engine.catalog.current().named(namespace) != null) {
            throw new CommandFailure(
                    ErrorCode.NamespaceExists, "Collection " + namespace + " already exists.");
        }
        if (uuid != null && engine.catalog.current().with(uuid) != null) {
            throw new CommandFailure(
                    ErrorCode.NamespaceExists,
                    "Collection with UUID " + uuid + " already exists under another name");
        }
        CollectionInfo info = entryOf(namespace, options, uuid);
        EntryFields fields = fields(info);
        fields.fromMigrate = fromMigrate;
        Optime at = engine.log(fields);
        engine.catalogue(info, at.ts(), at.ts());
        return new Created(info, at);
    }

    /** Creates a collection inside a transaction; it exists for others once that commits. */
    CollectionInfo createIn(Transaction transaction, String namespace, BsonDocument options) {
        Namespaces.requireCreatable(namespace);
        CollectionInfo info = entryOf(namespace, options, null);
        transaction.created.put(namespace, info);
        transaction.steps.add(TransactionStep.of(info, fields(info)));
        return info;
    }

    /** Adds an index to a collection this transaction created. */
    CollectionInfo indexIn(Transaction transaction, CollectionInfo own, BsonDocument given) {
        BsonDocument spec = IndexSpecs.complete(given, own);
        if (IndexSpecs.existing(own, spec).isPresent()) {
            return own;
        }
        List<BsonDocument> all = new ArrayList<>(own.indexes());
        all.add(spec);
        CollectionInfo indexed = own.indexed(all);
        transaction.created.put(own.namespace(), indexed);
        RawBuilder o = new RawBuilder().string("createIndexes", own.collection()).all(spec);
        transaction.steps.add(
                TransactionStep.of(
                        indexed,
                        EntryFields.command(own.database() + ".$cmd", own.uuid(), o.toBytes())));
        return indexed;
    }

    private CollectionInfo entryOf(String namespace, BsonDocument options, UUID uuid) {
        BsonDocument kept = Documents.mutable(options);
        kept.remove("idIndex");
        boolean clustered = kept.containsKey("clusteredIndex");
        List<BsonDocument> indexes =
                clustered ? List.of() : List.of(options.getDocument("idIndex", idIndex()));
        return new CollectionInfo(
                namespace, uuid == null ? engine.ids().uuid() : uuid, kept, indexes, List.of());
    }

    static EntryFields fields(CollectionInfo info) {
        RawBuilder o = new RawBuilder().string("create", info.collection()).all(info.options());
        if (!info.indexes().isEmpty()) {
            o.value("idIndex", info.indexes().get(0));
        }
        return EntryFields.command(info.database() + ".$cmd", info.uuid(), o.toBytes());
    }
}
