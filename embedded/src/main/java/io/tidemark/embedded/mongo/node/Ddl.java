package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;

/**
 * Drops, renames and the rest of the catalogue's changes, each with its oplog entry. All calls need
 * the set's write lock.
 */
final class Ddl {
    private final Engine engine;
    private final boolean fromMigrate;

    Ddl(Engine engine, boolean fromMigrate) {
        this.engine = engine;
        this.fromMigrate = fromMigrate;
    }

    CollectionInfo require(String namespace) {
        CollectionInfo found = engine.catalog.current().named(namespace);
        if (found == null) {
            if (Views.find(engine, namespace) != null) {
                throw new CommandFailure(
                        ErrorCode.CommandNotSupportedOnView,
                        "Namespace " + namespace + " is a view, not a collection");
            }
            throw new CommandFailure(ErrorCode.NamespaceNotFound, "ns not found " + namespace);
        }
        waitForTransactions(found);
        return found;
    }

    /** DDL takes the collection for itself: open transactions that wrote it finish first. */
    private void waitForTransactions(CollectionInfo collection) {
        while (engine.transactions.open().stream()
                .anyMatch(t -> t.written.containsKey(collection.uuid()))) {
            engine.awaitProgress(1000);
        }
    }

    Optime log(CollectionInfo collection, RawBuilder o, RawBuilder o2) {
        EntryFields fields =
                EntryFields.command(
                        collection.database() + ".$cmd", collection.uuid(), o.toBytes());
        fields.o2 = o2 == null ? null : o2.toBytes();
        fields.fromMigrate = fromMigrate;
        return engine.log(fields);
    }

    static RawBuilder numRecords(long count) {
        RawBuilder o2 = new RawBuilder();
        return count == (int) count
                ? o2.int32("numRecords", (int) count)
                : o2.int64("numRecords", count);
    }

    Optime drop(CollectionInfo collection) {
        waitForTransactions(collection);
        long count = engine.data.of(collection).count();
        Optime at =
                log(
                        collection,
                        new RawBuilder().string("drop", collection.collection()),
                        numRecords(count));
        engine.uncatalogue(collection, at.ts(), at.ts());
        return at;
    }

    Optime rename(String from, String to, boolean dropTarget, boolean stayTemp) {
        Namespaces.requireCreatable(to);
        CollectionInfo source = require(from);
        CollectionInfo target = engine.catalog.current().named(to);
        if (from.equals(to)) {
            throw new CommandFailure(
                    ErrorCode.IllegalOperation, "Can't rename a collection to itself");
        }
        if (target != null && !dropTarget) {
            throw new CommandFailure(ErrorCode.NamespaceExists, "target namespace exists");
        }
        if (target == null && Views.find(engine, to) != null) {
            throw new CommandFailure(
                    ErrorCode.NamespaceExists, "a view already exists with that name: " + to);
        }
        return rename(source, to, target, stayTemp);
    }

    Optime rename(CollectionInfo source, String to, CollectionInfo target, boolean stayTemp) {
        RawBuilder o = new RawBuilder().string("renameCollection", source.namespace());
        o.string("to", to).bool("stayTemp", stayTemp);
        RawBuilder o2 = null;
        if (target != null) {
            waitForTransactions(target);
            o.uuid("dropTarget", target.uuid());
            o2 = numRecords(engine.data.of(target).count());
        }
        Optime at = log(source, o, o2);
        if (target != null) {
            engine.uncatalogue(target, at.ts(), at.ts());
        }
        CollectionInfo renamed = source.named(to);
        if (!stayTemp && renamed.options().containsKey("temp")) {
            BsonDocument options = Documents.mutable(renamed.options());
            options.remove("temp");
            renamed = renamed.with(options);
        }
        engine.catalogue(renamed, at.ts(), at.ts());
        return at;
    }

    /** Drops every collection, waits until a majority has that, then logs the database's end. */
    void dropDatabase(String database) {
        List<CollectionInfo> all = List.copyOf(engine.catalog.current().in(database));
        if (all.isEmpty()) {
            return;
        }
        Optime last = null;
        for (CollectionInfo collection : all) {
            if (!collection.collection().equals("system.views")) {
                last = drop(collection);
            }
        }
        CollectionInfo views = engine.catalog.current().named(database + ".system.views");
        if (views != null) {
            last = drop(views);
        }
        engine.progress.signalAll();
        while (engine.replication.commitPoint() < last.ts()) {
            engine.awaitProgress(1000);
        }
        EntryFields fields =
                EntryFields.command(
                        database + ".$cmd",
                        null,
                        new RawBuilder().int32("dropDatabase", 1).toBytes());
        engine.log(fields);
    }

    /** A capped copy takes the collection's name: temporary collection, documents, rename. */
    void convertToCapped(CollectionInfo source, long size) {
        BsonDocument options = Documents.mutable(source.options());
        options.put("capped", BsonBoolean.TRUE);
        options.put("size", new BsonInt64(size));
        options.put("temp", BsonBoolean.TRUE);
        String temporary =
                source.database() + ".tmp" + letters() + ".convertToCapped." + source.collection();
        CollectionInfo copy = copyInto(source, temporary, options);
        rename(copy, source.namespace(), source, false);
    }

    /** Creates a collection and inserts all documents of another, each with its own entry. */
    CollectionInfo copyInto(CollectionInfo source, String namespace, BsonDocument options) {
        BsonDocument given = Documents.mutable(options);
        if (!source.indexes().isEmpty()) {
            given.put("idIndex", source.indexes().get(0));
        }
        CollectionInfo copy =
                new Creation(engine).create(namespace, given, null, fromMigrate).collection();
        DirectWrites sink = new DirectWrites(engine, null, fromMigrate, "");
        Statements statements = new Statements(engine, sink);
        engine.data
                .of(source)
                .forEach(
                        ReadView.NEWEST,
                        document ->
                                statements.insert(
                                        copy,
                                        document,
                                        new StatementOptions(fromMigrate, true, -1, null)));
        return engine.catalog.current().with(copy.uuid());
    }

    /** A rename into another database is a copy; its last step is a rename there. */
    void copyAcross(CollectionInfo source, String to, boolean dropTarget) {
        CollectionInfo target = engine.catalog.current().named(to);
        if (target != null && !dropTarget) {
            throw new CommandFailure(ErrorCode.NamespaceExists, "target namespace exists");
        }
        BsonDocument options = Documents.mutable(source.options());
        options.put("temp", BsonBoolean.TRUE);
        String temporary = Namespaces.database(to) + ".tmp" + letters() + ".renameCollection";
        CollectionInfo copy = copyInto(source, temporary, options);
        List<BsonDocument> secondary =
                source.indexes().stream()
                        .filter(spec -> !spec.get("key").equals(Creation.idIndex().get("key")))
                        .toList();
        new IndexDdl(engine, fromMigrate).create(copy, secondary);
        rename(engine.catalog.current().with(copy.uuid()), to, target, false);
        drop(source);
    }

    /** Five letters that make a temporary name unique. */
    private String letters() {
        String digits = engine.ids().uuid().toString().replace("-", "");
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            letters.append((char) ('a' + Character.digit(digits.charAt(i), 16)));
        }
        return letters.toString();
    }

    /** Removes all documents of a capped collection, for tests only. */
    void emptyCapped(CollectionInfo collection) {
        Optime at =
                log(
                        collection,
                        new RawBuilder().string("emptycapped", collection.collection()),
                        null);
        var data = engine.data.of(collection);
        for (var stored : List.copyOf(data.byId().values())) {
            if (stored.newest() != null && stored.newest().bytes() != null) {
                engine.install(
                        collection, stored.key(), stored.newest().bytes(), null, at.ts(), at.ts());
            }
        }
    }

    static byte[] bytes(BsonDocument document) {
        return BsonBytes.of(document);
    }
}
