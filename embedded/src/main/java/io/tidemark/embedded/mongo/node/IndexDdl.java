package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Creates and drops indexes. All calls need the set's write lock. */
final class IndexDdl {
    private final Engine engine;
    private final Ddl ddl;

    IndexDdl(Engine engine, boolean fromMigrate) {
        this.engine = engine;
        this.ddl = new Ddl(engine, fromMigrate);
    }

    /** Creates what is missing; returns how many indexes there are then. */
    int create(CollectionInfo given, List<BsonDocument> specs) {
        CollectionInfo collection = given;
        List<BsonDocument> missing = new ArrayList<>();
        for (BsonDocument spec : specs) {
            BsonDocument complete = IndexSpecs.complete(spec, collection);
            if (IndexSpecs.existing(collection, complete).isEmpty()) {
                missing.add(complete);
            }
        }
        if (missing.isEmpty()) {
            return collection.indexes().size();
        }
        if (engine.data.of(collection).count() == 0) {
            for (BsonDocument spec : missing) {
                Optime at = logCreate(collection, spec);
                collection = add(collection, List.of(spec), at);
            }
            return collection.indexes().size();
        }
        return build(collection, missing).indexes().size();
    }

    private Optime logCreate(CollectionInfo collection, BsonDocument spec) {
        return ddl.log(
                collection,
                new RawBuilder().string("createIndexes", collection.collection()).all(spec),
                null);
    }

    private CollectionInfo add(CollectionInfo collection, List<BsonDocument> specs, Optime at) {
        List<BsonDocument> all = new ArrayList<>(collection.indexes());
        all.addAll(specs);
        CollectionInfo indexed = collection.indexed(all).building(List.of());
        engine.catalogue(indexed, at.ts(), at.ts());
        return indexed;
    }

    /** A build over existing documents: start, then commit, or abort with its cause. */
    private CollectionInfo build(CollectionInfo collection, List<BsonDocument> specs) {
        UUID buildUuid = engine.ids().uuid();
        ddl.log(collection, build("startIndexBuild", collection, buildUuid, specs), null);
        try {
            for (BsonDocument spec : specs) {
                if (UniqueIndex.isUnique(spec)) {
                    engine.uniqueIndexes.requireBuildable(collection, spec);
                }
            }
        } catch (CommandFailure e) {
            RawBuilder o = build("abortIndexBuild", collection, buildUuid, specs);
            o.startDocument("cause").bool("ok", false).int32("code", e.code().code());
            o.string("codeName", e.code().codeName()).string("errmsg", e.getMessage()).end();
            ddl.log(collection, o, null);
            throw e;
        }
        Optime at =
                ddl.log(collection, build("commitIndexBuild", collection, buildUuid, specs), null);
        return add(collection, specs, at);
    }

    private static RawBuilder build(
            String command, CollectionInfo collection, UUID buildUuid, List<BsonDocument> specs) {
        RawBuilder o = new RawBuilder().string(command, collection.collection());
        o.uuid("indexBuildUUID", buildUuid).startArray("indexes");
        for (int i = 0; i < specs.size(); i++) {
            o.document(Integer.toString(i), Ddl.bytes(specs.get(i)));
        }
        return o.end();
    }

    /** Drops by name, names, key pattern or {@code *}. */
    void drop(CollectionInfo collection, BsonValue which) {
        List<BsonDocument> gone = chosen(collection, which);
        CollectionInfo current = collection;
        for (BsonDocument spec : gone) {
            RawBuilder o = new RawBuilder().string("dropIndexes", collection.collection());
            o.value("index", spec.get("name"));
            Optime at = ddl.log(collection, o, new RawBuilder().all(spec));
            List<BsonDocument> left = new ArrayList<>(current.indexes());
            left.remove(spec);
            current = current.indexed(left);
            engine.catalogue(current, at.ts(), at.ts());
        }
    }

    private static List<BsonDocument> chosen(CollectionInfo collection, BsonValue which) {
        List<BsonDocument> secondary =
                collection.indexes().stream().filter(spec -> !isId(spec)).toList();
        if (which.isString() && which.asString().getValue().equals("*")) {
            return secondary;
        }
        List<BsonDocument> found = new ArrayList<>();
        List<BsonValue> wanted = which.isArray() ? which.asArray().getValues() : List.of(which);
        for (BsonValue one : wanted) {
            found.add(
                    collection.indexes().stream()
                            .filter(
                                    spec ->
                                            spec.get("name").equals(one)
                                                    || spec.get("key").equals(one))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new CommandFailure(
                                                    ErrorCode.IndexNotFound,
                                                    "index not found with name [" + one + "]")));
        }
        if (found.stream().anyMatch(IndexDdl::isId)) {
            throw new CommandFailure(ErrorCode.InvalidOptions, "cannot drop _id index");
        }
        return found;
    }

    static boolean isId(BsonDocument spec) {
        return spec.getDocument("key").size() == 1
                && spec.getDocument("key").containsKey("_id")
                && spec.getDocument("key").get("_id").isNumber();
    }
}
