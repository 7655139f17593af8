package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.update.DiffApplier;
import io.tidemark.embedded.mongo.update.LogFormat;
import io.tidemark.embedded.mongo.update.Update;
import io.tidemark.embedded.mongo.update.UpdateContext;
import java.util.List;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * One insert, update or delete of an applyOps list, worked out to the change it makes.
 *
 * @param operation the list's element
 */
record AppliedOperation(Engine engine, BsonDocument operation, boolean alwaysUpsert) {
    String op() {
        return operation.getString("op").getValue();
    }

    boolean isCrud() {
        return op().equals("i") || op().equals("u") || op().equals("d");
    }

    /** The collection it means; by UUID if it names one. Null if there is none and that is fine. */
    CollectionInfo collection() {
        String namespace = operation.getString("ns").getValue();
        CollectionInfo named = engine.catalog.current().named(namespace);
        if (operation.containsKey("ui")) {
            CollectionInfo found =
                    engine.catalog.current().with(BsonBytes.uuid(operation.getBinary("ui")));
            if (found != null && !found.namespace().equals(namespace)) {
                throw new CommandFailure(
                        ErrorCode.ApplyOpsUuidMismatch,
                        "Namespace '"
                                + namespace
                                + "' does not match the namespace '"
                                + found.namespace()
                                + "' of the collection with the given UUID");
            }
            named = found;
        }
        if (named == null && !op().equals("d")) {
            if (Views.find(engine, namespace) != null) {
                throw new CommandFailure(
                        ErrorCode.CommandNotSupportedOnView,
                        "applyOps not supported on view: " + namespace);
            }
            throw new CommandFailure(
                    ErrorCode.NamespaceNotFound,
                    "Failed to apply operation due to missing collection: " + namespace);
        }
        return named;
    }

    /** The change, or null if there is nothing to change. */
    Change change(ChangeSink sink) {
        CollectionInfo collection = collection();
        if (collection == null) {
            return null;
        }
        boolean migrate =
                operation.containsKey("fromMigrate")
                        && Request.isTrue(operation.get("fromMigrate"));
        BsonDocument o = operation.getDocument("o");
        BsonDocument addressed = op().equals("u") ? operation.getDocument("o2") : o;
        BsonValue id = addressed.get("_id");
        if (id == null) {
            throw new CommandFailure(
                    ErrorCode.NoSuchKey, "Failed to apply operation due to missing _id");
        }
        IdKey key = IdKey.of(id);
        sink.reserve(collection, key);
        byte[] before = sink.source(collection).get(key);
        return switch (op()) {
            case "i" -> insertion(collection, key, before, o, migrate);
            case "u" -> update(collection, key, before, o, migrate);
            default ->
                    before == null
                            ? null
                            : Documents.deletion(engine, collection, key, before, -1, migrate);
        };
    }

    private Change insertion(
            CollectionInfo collection, IdKey key, byte[] before, BsonDocument o, boolean migrate) {
        // As it is: unlike an insert, applyOps fills in no empty timestamp.
        byte[] document = BsonBytes.of(o);
        Documents.requireSize(document);
        return before == null
                ? Documents.insertion(engine, collection, key, document, -1, migrate)
                : changed(collection, key, before, document, document, migrate);
    }

    private Change update(
            CollectionInfo collection, IdKey key, byte[] before, BsonDocument o, boolean migrate) {
        boolean upsert =
                operation.containsKey("b")
                        ? Request.isTrue(operation.get("b")) || alwaysUpsert
                        : alwaysUpsert;
        if (before == null && !upsert) {
            throw new CommandFailure(
                    ErrorCode.OperationFailed,
                    "Failed to apply operation: update of non-existent document "
                            + operation.getDocument("o2").toJson());
        }
        BsonDocument pre =
                before == null
                        ? new BsonDocument("_id", operation.getDocument("o2").get("_id"))
                        : BsonBytes.document(before);
        byte[] after = BsonBytes.of(result(pre, o));
        Documents.requireSize(after);
        return before == null
                ? Documents.insertion(engine, collection, key, after, -1, migrate)
                : changed(collection, key, before, after, BsonBytes.of(o), migrate);
    }

    private Change changed(
            CollectionInfo collection,
            IdKey key,
            byte[] before,
            byte[] after,
            byte[] o,
            boolean migrate) {
        byte[] o2 = Documents.key(engine, collection, before);
        return new Change("u", collection, key, before, after, o, o2, -1, migrate, null);
    }

    /** The document after the update, by the form in which the log tells it. */
    private BsonDocument result(BsonDocument pre, BsonDocument o) {
        if (o.containsKey("_id")) {
            return o;
        }
        boolean delta = o.containsKey("$v") && o.getNumber("$v").intValue() == 2;
        if (delta) {
            return DiffApplier.apply(pre, o.getDocument("diff"));
        }
        if (engine.version().atLeast(ServerVersion.V6_0)) {
            throw new CommandFailure(
                    ErrorCode.UpdateFormatRefused,
                    "Unrecognized value for '$v' (Version) field: expected _id field or $v:2, but"
                            + " got: "
                            + o.toJson());
        }
        BsonDocument modifiers = Documents.mutable(o);
        modifiers.remove("$v");
        if (modifiers.isEmpty()) {
            return pre;
        }
        UpdateContext context =
                UpdateContext.existing(
                        new BsonDateTime(engine.clock.wallMillis()),
                        new BsonTimestamp(engine.clock.now()));
        return Update.compile(modifiers, List.of(), LogFormat.MODIFIERS).apply(pre, context).post();
    }
}
