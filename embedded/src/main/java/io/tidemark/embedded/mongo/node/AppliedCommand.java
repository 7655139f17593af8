package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A command inside applyOps. UUIDs count more than names: that is how a restore keeps them.
 *
 * @param operation the list's element, {@code op: "c"}
 */
record AppliedCommand(Engine engine, BsonDocument operation) {
    void run() {
        BsonDocument o = operation.getDocument("o");
        String name = o.getFirstKey();
        String database = Namespaces.database(operation.getString("ns").getValue());
        Ddl ddl = new Ddl(engine, false);
        switch (name) {
            case "create" -> create(database + "." + o.getString(name).getValue(), o);
            case "drop" -> ddl.drop(target(database, o.getString(name).getValue()));
            case "dropDatabase" -> ddl.dropDatabase(database);
            case "renameCollection" -> rename(ddl, o);
            case "collMod" ->
                    new CollMod(engine, target(database, o.getString(name).getValue()), o)
                            .run(new RawBuilder());
            case "dropIndexes", "deleteIndexes" ->
                    new IndexDdl(engine, false)
                            .drop(target(database, o.getString(name).getValue()), o.get("index"));
            case "convertToCapped" ->
                    ddl.convertToCapped(
                            target(database, o.getString(name).getValue()),
                            o.getNumber("size").longValue());
            case "emptycapped" -> ddl.emptyCapped(target(database, o.getString(name).getValue()));
            case "dbCheck" -> {}
            default ->
                    throw new CommandFailure(
                            ErrorCode.BadValue, "Unrecognized operation '" + name + "'");
        }
    }

    private UUID ui() {
        return operation.containsKey("ui") ? BsonBytes.uuid(operation.getBinary("ui")) : null;
    }

    /** The collection meant: by UUID if one is given, else by name. */
    private CollectionInfo target(String database, String collection) {
        UUID uuid = ui();
        CollectionInfo found =
                uuid == null
                        ? engine.catalog.current().named(database + "." + collection)
                        : engine.catalog.current().with(uuid);
        if (found == null) {
            throw new CommandFailure(
                    ErrorCode.NamespaceNotFound, "ns not found " + database + "." + collection);
        }
        return found;
    }

    private void create(String namespace, BsonDocument o) {
        BsonDocument given = Documents.mutable(o);
        given.remove("create");
        UUID uuid = ui();
        if (uuid == null || given.containsKey("viewOn")) {
            new Creations(engine).create(namespace, CreateOptions.of(given, engine.version()));
            return;
        }
        CollectionInfo sameUuid = engine.catalog.current().with(uuid);
        CollectionInfo sameName = engine.catalog.current().named(namespace);
        if (sameUuid != null && sameUuid == sameName) {
            return;
        }
        Ddl ddl = new Ddl(engine, false);
        if (sameName != null) {
            // Whoever stands in the way under that name is put aside, not lost.
            String aside =
                    Namespaces.database(namespace)
                            + ".tmp"
                            + uuid.toString().substring(0, 5)
                            + ".create";
            ddl.rename(sameName, aside, null, true);
        }
        if (sameUuid != null) {
            ddl.rename(sameUuid, namespace, null, false);
            return;
        }
        BsonDocument options = CreateOptions.of(given, engine.version());
        engine.data.givenAgain(uuid);
        new Creation(engine).create(namespace, options, uuid, false);
    }

    private void rename(Ddl ddl, BsonDocument o) {
        String from = o.getString("renameCollection").getValue();
        String to = o.getString("to").getValue();
        UUID uuid = ui();
        CollectionInfo source =
                uuid == null
                        ? engine.catalog.current().named(from)
                        : engine.catalog.current().with(uuid);
        if (source == null) {
            throw new CommandFailure(ErrorCode.NamespaceNotFound, "ns not found " + from);
        }
        CollectionInfo target = engine.catalog.current().named(to);
        BsonValue drop = o.get("dropTarget");
        boolean dropTarget = drop != null && (drop.isBinary() || Request.isTrue(drop));
        if (target == source) {
            return;
        }
        if (target != null && !dropTarget) {
            throw new CommandFailure(ErrorCode.NamespaceExists, "target namespace exists");
        }
        boolean stayTemp = o.containsKey("stayTemp") && Request.isTrue(o.get("stayTemp"));
        ddl.rename(source, to, target, stayTemp);
    }
}
