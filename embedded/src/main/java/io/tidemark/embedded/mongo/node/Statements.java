package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Inserts, updates and deletes, one statement at a time, over a {@link ChangeSink}. All calls need
 * the set's write lock.
 */
final class Statements {
    private final Engine engine;
    private final ChangeSink sink;

    Statements(Engine engine, ChangeSink sink) {
        this.engine = engine;
        this.sink = sink;
    }

    /** The collection to write to, created if it is not there. */
    CollectionInfo target(String namespace, boolean create) {
        CollectionInfo found = sink.collection(namespace);
        if (found != null || !create) {
            return found;
        }
        return sink.createImplicitly(namespace);
    }

    void insert(CollectionInfo collection, byte[] given, StatementOptions options) {
        byte[] document = Documents.forInsert(engine, given);
        IdKey key = IdKey.ofDocument(document);
        sink.reserve(collection, key);
        if (sink.source(collection).get(key) != null) {
            throw duplicateId(collection, key);
        }
        Validation.check(engine, collection, null, document, options.bypassValidation());
        sink.add(
                Documents.insertion(
                        engine,
                        collection,
                        key,
                        document,
                        options.statement(),
                        options.fromMigrate()));
    }

    static CommandFailure duplicateId(CollectionInfo collection, IdKey key) {
        return UniqueIndex.duplicate(
                collection.namespace(),
                "_id_",
                BsonDocument.parse("{_id: 1}"),
                new BsonDocument("_id", key.value()));
    }

    UpdateEffect update(String namespace, UpdateSpec spec, StatementOptions options) {
        DocumentUpdate update = DocumentUpdate.compile(engine, spec);
        CollectionInfo collection = target(namespace, spec.upsert());
        if (collection == null) {
            return new UpdateEffect(0, 0, null, null, null);
        }
        Query query =
                Query.of(
                        spec.filter(),
                        spec.sort(),
                        0,
                        spec.multi() || !spec.sort().isEmpty() ? 0 : 1);
        int matched = 0;
        int modified = 0;
        byte[] before = null;
        byte[] after = null;
        for (byte[] candidate : query.find(sink.source(collection))) {
            IdKey key = IdKey.ofDocument(candidate);
            byte[] current = reserved(collection, key, query);
            if (current == null) {
                continue;
            }
            matched++;
            before = current;
            Change change = update.change(collection, key, current, query, options);
            after = change == null ? current : change.after();
            if (change != null) {
                Validation.check(
                        engine, collection, current, change.after(), options.bypassValidation());
                sink.add(change);
                modified++;
            }
            if (!spec.multi()) {
                break;
            }
        }
        if (matched == 0 && spec.upsert()) {
            return upsert(collection, query, update, options);
        }
        return new UpdateEffect(matched, modified, null, before, after);
    }

    /** The commonest bulk write, a whole document put by its {@code _id}, without any decoding. */
    UpdateEffect put(String namespace, PlainPut put, StatementOptions options) {
        CollectionInfo collection = target(namespace, put.upsert());
        if (collection == null) {
            return new UpdateEffect(0, 0, null, null, null);
        }
        sink.reserve(collection, put.key());
        byte[] current = sink.source(collection).get(put.key());
        if (current == null) {
            if (!put.upsert()) {
                return new UpdateEffect(0, 0, null, null, null);
            }
            byte[] document = put.document();
            insert(collection, document, options);
            return new UpdateEffect(0, 0, put.key().value(), null, document);
        }
        Change change =
                DocumentUpdate.replacing(engine, put.replacement())
                        .change(collection, put.key(), current, null, options);
        if (change != null) {
            Validation.check(
                    engine, collection, current, change.after(), options.bypassValidation());
            sink.add(change);
        }
        return new UpdateEffect(1, change == null ? 0 : 1, null, current, null);
    }

    /** Waits until nobody else holds the document, then looks whether it still matches. */
    private byte[] reserved(CollectionInfo collection, IdKey key, Query query) {
        sink.reserve(collection, key);
        byte[] current = sink.source(collection).get(key);
        return current != null && query.matches(current) ? current : null;
    }

    private UpdateEffect upsert(
            CollectionInfo collection,
            Query query,
            DocumentUpdate update,
            StatementOptions options) {
        byte[] document = update.upserted(query);
        insert(collection, document, options.keeping(null));
        byte[] stored = document;
        BsonValue id = BsonBytes.document(stored).get("_id");
        return new UpdateEffect(0, 0, id, null, stored);
    }

    /** Deletes; returns the documents deleted. */
    List<byte[]> delete(
            String namespace,
            BsonDocument filter,
            BsonDocument sort,
            boolean multi,
            StatementOptions options) {
        Query query = Query.of(filter, sort, 0, multi || !sort.isEmpty() ? 0 : 1);
        CollectionInfo collection = sink.collection(namespace);
        if (collection == null) {
            return List.of();
        }
        requireDeletable(collection);
        List<byte[]> deleted = new ArrayList<>();
        for (byte[] candidate : query.find(sink.source(collection))) {
            IdKey key = IdKey.ofDocument(candidate);
            byte[] current = reserved(collection, key, query);
            if (current == null) {
                continue;
            }
            Change gone =
                    Documents.deletion(
                            engine,
                            collection,
                            key,
                            current,
                            options.statement(),
                            options.fromMigrate());
            sink.add(withImage(gone, options));
            deleted.add(current);
            if (!multi) {
                break;
            }
        }
        return deleted;
    }

    private static Change withImage(Change change, StatementOptions options) {
        return options.image() == null
                ? change
                : new Change(
                        change.op(),
                        change.collection(),
                        change.key(),
                        change.before(),
                        change.after(),
                        change.o(),
                        change.o2(),
                        change.statement(),
                        change.fromMigrate(),
                        "preImage");
    }

    private void requireDeletable(CollectionInfo collection) {
        if (collection.capped() && !engine.version().atLeast(ServerVersion.V5_0)) {
            throw new CommandFailure(
                    ErrorCode.IllegalOperation,
                    "cannot remove from a capped collection: " + collection.namespace());
        }
    }
}
