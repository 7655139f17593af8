package io.tidemark.restore.target;

import com.mongodb.MongoCommandException;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.IndexRefusedException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Creates and changes collections. With the source's UUIDs where the server has {@code applyOps},
 * the only way to choose one; with UUIDs of the server's own elsewhere.
 */
final class CollectionCommands {
    private static final String BUCKETS = "system.buckets.";
    private final Commands commands;
    private final AtomicBoolean choosesUuid = new AtomicBoolean(true);

    CollectionCommands(Commands commands) {
        this.commands = commands;
    }

    Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return commands.run(
                "create collection " + namespace,
                () -> {
                    // A server makes the view of a time-series collection only by a plain create.
                    boolean plain = wanted.isEmpty() || isBuckets(namespace);
                    boolean created = !plain && applyOps(namespace, wanted, options);
                    if (!created) {
                        createAnew(namespace, options);
                    }
                    Optional<UUID> uuid = uuidOf(namespace);
                    if (isBuckets(namespace) && uuid.isEmpty()) {
                        throw noBuckets(namespace);
                    }
                    if (isBuckets(namespace)) {
                        // From 6.3 on a server gives each an index, which the source may not have.
                        dropIndexesNow(namespace);
                    }
                    return uuid;
                });
    }

    /** Servers to come keep time-series collections in one collection, without a view. */
    private RestoreException noBuckets(Namespace namespace) {
        return new RestoreException.TargetRefused(
                "Target "
                        + commands.address()
                        + " keeps time-series collections in another form than the source: it has"
                        + " no collection "
                        + namespace
                        + " for the buckets. Restore into servers of the source's version, and"
                        + " upgrade those.");
    }

    void drop(Namespace namespace) {
        commands.run("drop collection " + namespace, () -> dropNow(namespace));
    }

    void rename(Namespace from, Namespace to) {
        BsonDocument rename =
                new BsonDocument("renameCollection", new BsonString(from.toString()))
                        .append("to", new BsonString(to.toString()));
        commands.run("rename " + from + " to " + to, () -> commands.write("admin", rename));
    }

    void modify(Namespace namespace, RawDocument changes) {
        Namespace named = isBuckets(namespace) ? timeSeries(namespace) : namespace;
        BsonDocument collMod = new BsonDocument("collMod", new BsonString(named.collection()));
        collMod.putAll(changes.toBson());
        commands.run(
                "change options of " + namespace,
                () -> commands.write(namespace.database(), collMod));
    }

    Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        BsonDocument convert =
                new BsonDocument("convertToCapped", new BsonString(namespace.collection()))
                        .append("size", new BsonInt64(sizeBytes));
        return commands.run(
                "make " + namespace + " capped",
                () -> {
                    commands.write(namespace.database(), convert);
                    return uuidOf(namespace);
                });
    }

    void dropIndexes(Namespace namespace) {
        commands.run(
                "drop the indexes of " + namespace,
                () -> {
                    dropIndexesNow(namespace);
                    return null;
                });
    }

    private void dropIndexesNow(Namespace namespace) {
        Namespace named = isBuckets(namespace) ? timeSeries(namespace) : namespace;
        BsonDocument drop =
                new BsonDocument("dropIndexes", new BsonString(named.collection()))
                        .append("index", new BsonString("*"));
        commands.write(namespace.database(), drop);
    }

    void createIndex(Namespace namespace, RawDocument specification) {
        BsonDocument create =
                new BsonDocument("createIndexes", new BsonString(namespace.collection()))
                        .append("indexes", new BsonArray(List.of(specification.toBson())));
        commands.run(
                "build an index of " + namespace,
                () -> {
                    try {
                        return commands.write(namespace.database(), create);
                    } catch (MongoCommandException e) {
                        if (e.getErrorCode() == Commands.OUT_OF_DISK_SPACE) {
                            throw e; // no fault of the index: run again, it is built
                        }
                        throw new IndexRefusedException(
                                "Index "
                                        + specification.string("name").orElse("?")
                                        + " of "
                                        + namespace
                                        + " was refused by "
                                        + commands.address()
                                        + " (error "
                                        + e.getErrorCode()
                                        + "): "
                                        + e.getErrorMessage(),
                                e);
                    }
                });
    }

    /** False if the server has no applyOps, or this user may not use it. */
    private boolean applyOps(Namespace namespace, Optional<UUID> uuid, RawDocument options) {
        if (!choosesUuid.get()) {
            return false;
        }
        BsonDocument o = new BsonDocument("create", new BsonString(namespace.collection()));
        o.putAll(options.toBson());
        BsonDocument operation =
                new BsonDocument("op", new BsonString("c"))
                        .append("ns", new BsonString(namespace.database() + ".$cmd"))
                        .append("ui", new BsonBinary(uuid.orElseThrow()))
                        .append("o", o);
        try {
            commands.write(
                    "admin", new BsonDocument("applyOps", new BsonArray(List.of(operation))));
            return true;
        } catch (MongoCommandException e) {
            boolean lacks =
                    e.getErrorCode() == Commands.COMMAND_NOT_FOUND
                            || e.getErrorCode() == Commands.UNAUTHORIZED;
            if (!lacks) {
                throw e;
            }
            choosesUuid.set(false);
            return false;
        }
    }

    private void createAnew(Namespace namespace, RawDocument options) {
        boolean buckets = isBuckets(namespace);
        Namespace named = buckets ? timeSeries(namespace) : namespace;
        BsonDocument create = new BsonDocument("create", new BsonString(named.collection()));
        for (RawElement option : options) {
            // A server makes up the buckets' own options from those of the time-series collection.
            boolean own = option.isNamed("validator") || option.isNamed("clusteredIndex");
            if (!buckets || !own) {
                create.put(option.name(), value(options, option.name()));
            }
        }
        commands.write(namespace.database(), create);
    }

    private BsonDocument dropNow(Namespace namespace) {
        try {
            return commands.write(
                    namespace.database(),
                    new BsonDocument("drop", new BsonString(namespace.collection())));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == Commands.NAMESPACE_NOT_FOUND) {
                return new BsonDocument("ok", BsonBoolean.FALSE);
            }
            throw e;
        }
    }

    private Optional<UUID> uuidOf(Namespace namespace) {
        BsonDocument list =
                new BsonDocument("listCollections", new org.bson.BsonInt32(1))
                        .append(
                                "filter",
                                new BsonDocument("name", new BsonString(namespace.collection())));
        List<BsonValue> found =
                commands.read(namespace.database(), list)
                        .getDocument("cursor")
                        .getArray("firstBatch");
        return found.stream()
                .map(BsonValue::asDocument)
                .filter(c -> c.containsKey("info"))
                .map(c -> c.getDocument("info"))
                .filter(info -> info.isBinary("uuid"))
                .map(info -> info.getBinary("uuid").asUuid())
                .findFirst();
    }

    private static BsonValue value(RawDocument document, String name) {
        return document.toBson().get(name);
    }

    private static boolean isBuckets(Namespace namespace) {
        return namespace.collection().startsWith(BUCKETS);
    }

    private static Namespace timeSeries(Namespace buckets) {
        return buckets.withCollection(buckets.collection().substring(BUCKETS.length()));
    }
}
