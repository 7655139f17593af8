package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Commands that change the catalogue. */
final class DdlCommands {
    private static final Set<String> INTERNAL_DATABASES = Set.of("admin", "config", "local");

    private DdlCommands() {}

    static List<Command> all() {
        String[] createFields = CreateOptions.FIELDS.toArray(String[]::new);
        String[] modFields = CollMod.FIELDS.toArray(String[]::new);
        return List.of(
                Command.of("create", DdlCommands::create, createFields)
                        .with(Command.Trait.WRITE, Command.Trait.TRANSACTION),
                write("drop", DdlCommands::drop),
                write("dropDatabase", DdlCommands::dropDatabase),
                Command.of("renameCollection", DdlCommands::rename, "to", "dropTarget", "stayTemp")
                        .with(Command.Trait.WRITE, Command.Trait.ADMIN),
                Command.of("collMod", DdlCommands::collMod, modFields).with(Command.Trait.WRITE),
                Command.of(
                                "createIndexes",
                                DdlCommands::createIndexes,
                                "indexes",
                                "commitQuorum",
                                "ignoreUnknownIndexOptions")
                        .with(Command.Trait.WRITE, Command.Trait.TRANSACTION),
                Command.of("dropIndexes", DdlCommands::dropIndexes, "index")
                        .with(Command.Trait.WRITE),
                Command.of("deleteIndexes", DdlCommands::dropIndexes, "index")
                        .with(Command.Trait.WRITE),
                write("convertToCapped", DdlCommands::convertToCapped),
                write("emptycapped", DdlCommands::emptyCapped));
    }

    private static Command write(String name, Command.Body body) {
        return Command.of(name, body).with(Command.Trait.WRITE);
    }

    static <T> T changing(Request request, Supplier<T> change) {
        Engine engine = request.engine();
        return engine.write(
                () -> {
                    engine.requirePrimary(request.member());
                    return change.get();
                });
    }

    private static void create(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        Engine engine = request.engine();
        BsonDocument options = CreateOptions.of(request.body(), engine.version());
        requireNotLocal(namespace);
        changing(
                request,
                () -> {
                    if (request.inTransaction()) {
                        Transaction open = request.transaction().orElseThrow();
                        return new Creation(engine).createIn(open, namespace, options);
                    }
                    return new Creations(engine).create(namespace, options);
                });
    }

    private static void requireNotLocal(String namespace) {
        if (namespace.startsWith("local.")) {
            throw Namespaces.invalid("cannot change " + namespace + " on the local database");
        }
    }

    private static void drop(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        Engine engine = request.engine();
        requireNotLocal(namespace);
        changing(
                request,
                () -> {
                    CollectionInfo found = engine.catalog.current().named(namespace);
                    if (found != null) {
                        reply.int32("nIndexesWas", found.indexes().size());
                        reply.string("ns", namespace);
                        return new Ddl(engine, false).drop(found);
                    }
                    if (new Creations(engine).dropView(namespace)) {
                        reply.string("ns", namespace);
                    } else if (!engine.version().atLeast(ServerVersion.V7_0)) {
                        throw new CommandFailure(ErrorCode.NamespaceNotFound, "ns not found");
                    }
                    return null;
                });
    }

    private static void dropDatabase(Request request, RawBuilder reply) {
        if (INTERNAL_DATABASES.contains(request.database())) {
            throw new CommandFailure(
                    ErrorCode.IllegalOperation,
                    "Dropping the '" + request.database() + "' database is prohibited.");
        }
        changing(
                request,
                () -> {
                    new Ddl(request.engine(), false).dropDatabase(request.database());
                    return null;
                });
        reply.string("dropped", request.database());
    }

    private static void rename(Request request, RawBuilder reply) {
        String from = request.string("renameCollection");
        String to = request.string("to");
        requireNotLocal(from);
        BsonValue drop = request.body().get("dropTarget");
        boolean dropTarget = drop != null && (drop.isBinary() || Request.isTrue(drop));
        changing(
                request,
                () -> {
                    Ddl ddl = new Ddl(request.engine(), false);
                    if (Namespaces.database(from).equals(Namespaces.database(to))) {
                        return ddl.rename(from, to, dropTarget, request.flag("stayTemp"));
                    }
                    ddl.copyAcross(ddl.require(from), to, dropTarget);
                    return null;
                });
    }

    private static void collMod(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        Engine engine = request.engine();
        changing(
                request,
                () -> {
                    boolean view =
                            engine.catalog.current().named(namespace) == null
                                    && Views.find(engine, namespace) != null;
                    if (view) {
                        new Creations(engine).modifyView(namespace, request.body(), reply);
                        return null;
                    }
                    CollectionInfo found = new Ddl(engine, false).require(namespace);
                    new CollMod(engine, found, request.body()).run(reply);
                    return null;
                });
    }

    private static void createIndexes(Request request, RawBuilder reply) {
        CollectionInfo buckets = Measurements.buckets(request.engine(), request.namespace());
        String namespace =
                buckets == null ? WriteCommands.writableNamespace(request) : buckets.namespace();
        List<BsonDocument> specs = new ArrayList<>();
        for (byte[] given : request.documents("indexes")) {
            BsonDocument spec = BsonBytes.document(given);
            specs.add(buckets == null ? spec : indexes(buckets).onBuckets(spec));
        }
        if (specs.isEmpty()) {
            throw new CommandFailure(
                    ErrorCode.BadValue, "Must specify at least one index to create");
        }
        Engine engine = request.engine();
        changing(
                request,
                () -> {
                    if (request.inTransaction()) {
                        inTransaction(request, namespace, specs, reply);
                        return null;
                    }
                    CollectionInfo before = engine.catalog.current().named(namespace);
                    CollectionInfo target =
                            before != null
                                    ? new Ddl(engine, false).require(namespace)
                                    : new Creation(engine)
                                            .create(namespace, new BsonDocument(), null, false)
                                            .collection();
                    int now = new IndexDdl(engine, false).create(target, specs);
                    told(reply, target.indexes().size(), now, before == null);
                    return null;
                });
    }

    static SeriesIndexes indexes(CollectionInfo buckets) {
        return new SeriesIndexes(buckets.options().getDocument("timeseries"));
    }

    private static void inTransaction(
            Request request, String namespace, List<BsonDocument> specs, RawBuilder reply) {
        Engine engine = request.engine();
        Transaction open = request.transaction().orElseThrow();
        CollectionInfo own = open.created.get(namespace);
        if (own == null && engine.catalog.current().named(namespace) != null) {
            throw new CommandFailure(
                    ErrorCode.OperationNotSupportedInTransaction,
                    "Cannot create new indexes on existing collection "
                            + namespace
                            + " in a multi-document transaction.");
        }
        boolean created = own == null;
        if (created) {
            own = new Creation(engine).createIn(open, namespace, new BsonDocument());
        }
        int before = own.indexes().size();
        for (BsonDocument spec : specs) {
            own = new Creation(engine).indexIn(open, own, spec);
        }
        told(reply, before, own.indexes().size(), created);
    }

    private static void told(RawBuilder reply, int before, int now, boolean created) {
        reply.int32("numIndexesBefore", before).int32("numIndexesAfter", now);
        reply.bool("createdCollectionAutomatically", created);
        if (now == before) {
            reply.string("note", "all indexes already exist");
        }
    }

    private static void dropIndexes(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        BsonValue which = request.body().get("index");
        if (which == null) {
            throw new CommandFailure(
                    ErrorCode.MissingField,
                    "BSON field 'dropIndexes.index' is missing but a required field");
        }
        changing(
                request,
                () -> {
                    Engine engine = request.engine();
                    CollectionInfo buckets = Measurements.buckets(engine, namespace);
                    CollectionInfo found =
                            buckets == null ? new Ddl(engine, false).require(namespace) : buckets;
                    reply.int32("nIndexesWas", found.indexes().size());
                    new IndexDdl(engine, false).drop(found, which);
                    return null;
                });
    }

    private static void convertToCapped(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        long size = request.number("size", 0);
        if (size <= 0) {
            throw CreateOptions.invalid("invalid size: " + size);
        }
        changing(
                request,
                () -> {
                    Ddl ddl = new Ddl(request.engine(), false);
                    ddl.convertToCapped(
                            ddl.require(namespace), (Math.max(size, 4096) + 255) / 256 * 256);
                    return null;
                });
    }

    private static void emptyCapped(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        changing(
                request,
                () -> {
                    Ddl ddl = new Ddl(request.engine(), false);
                    ddl.emptyCapped(ddl.require(namespace));
                    return null;
                });
    }
}
