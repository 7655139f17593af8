package io.tidemark.restore.target;

import com.mongodb.MongoCommandException;
import com.mongodb.client.model.Filters;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** Asks a target about itself. */
final class Inspection {
    static final Namespace MARK = new Namespace(ReplayTarget.MARK_DATABASE, "state");
    private static final Namespace VERSION = Namespace.of("admin.system.version");
    private static final Namespace SHARDS = Namespace.of("config.shards");
    private static final Namespace SETTINGS = Namespace.of("config.settings");
    private static final Namespace CHUNKS = Namespace.of("config.chunks");

    private final Commands commands;

    Inspection(Commands commands) {
        this.commands = commands;
    }

    TargetFacts run() {
        return commands.run("tell about itself", this::facts);
    }

    private TargetFacts facts() {
        BsonDocument hello = hello();
        List<Namespace> collections = collections();
        List<RawBsonDocument> shards = documents(collections, SHARDS);
        return new TargetFacts(
                commands.address(),
                hosts(hello),
                hello.isString("setName")
                        ? Optional.of(hello.getString("setName").getValue())
                        : Optional.empty(),
                commands.read("admin", command("buildInfo")).getString("version").getValue(),
                isTrue(hello, "isWritablePrimary") || isTrue(hello, "ismaster"),
                collections,
                shardIdentity(collections),
                shards.stream().map(s -> s.getString("_id").getValue()).toList(),
                shards.stream().flatMap(s -> hosts(s).stream()).toList(),
                chunks(collections),
                hasApplyOps(),
                condition(hello, collections),
                unfinished(collections));
    }

    private TargetCondition condition(BsonDocument hello, List<Namespace> collections) {
        return new TargetCondition(
                parameter("ttlMonitorEnabled")
                        .filter(BsonValue::isBoolean)
                        .map(v -> v.asBoolean().getValue()),
                parameter("featureCompatibilityVersion")
                        .filter(BsonValue::isDocument)
                        .map(v -> v.asDocument().get("version"))
                        .filter(BsonValue::isString)
                        .map(v -> v.asString().getValue()),
                freeBytes(),
                documents(collections, SETTINGS).stream()
                        .filter(d -> isText(d.get("_id"), "balancer"))
                        .map(Bson::raw)
                        .findFirst(),
                replicaSetId(),
                clusterId(collections),
                isText(hello.get("msg"), "isdbgrid"));
    }

    /** Whether it is a mongos, behind which different collections may be on different servers. */
    boolean isRouter() {
        return commands.run("tell what it is", () -> isText(hello().get("msg"), "isdbgrid"));
    }

    /** Empty if it is no replica set, or doesn't tell us. */
    private Optional<String> replicaSetId() {
        try {
            BsonDocument settings =
                    commands.read("admin", command("replSetGetConfig"))
                            .getDocument("config", new BsonDocument())
                            .getDocument("settings", new BsonDocument());
            return hex(settings.get("replicaSetId"));
        } catch (MongoCommandException untold) {
            return Optional.empty();
        }
    }

    /** As config servers know it, or as shards were told it. */
    private Optional<String> clusterId(List<Namespace> collections) {
        return Stream.concat(
                        documents(collections, Namespace.of("config.version")).stream(),
                        documents(collections, VERSION).stream()
                                .filter(d -> isText(d.get("_id"), "shardIdentity")))
                .flatMap(d -> hex(d.get("clusterId")).stream())
                .findFirst();
    }

    private static Optional<String> hex(BsonValue id) {
        return id != null && id.isObjectId()
                ? Optional.of(id.asObjectId().getValue().toHexString())
                : Optional.empty();
    }

    /** Empty if the server has no such parameter, or doesn't tell us. */
    private Optional<BsonValue> parameter(String name) {
        try {
            BsonDocument asked = command("getParameter").append(name, new BsonInt32(1));
            return Optional.ofNullable(commands.read("admin", asked).get(name));
        } catch (MongoCommandException untold) {
            return Optional.empty();
        }
    }

    private OptionalLong freeBytes() {
        try {
            BsonDocument stats = commands.read("local", command("dbStats"));
            long total = stats.getNumber("fsTotalSize", new BsonInt32(0)).longValue();
            long used = stats.getNumber("fsUsedSize", new BsonInt32(0)).longValue();
            return total > 0 ? OptionalLong.of(total - used) : OptionalLong.empty();
        } catch (MongoCommandException untold) {
            return OptionalLong.empty();
        }
    }

    long sizeBytes(Namespace namespace) {
        return commands.run(
                "tell the size of " + namespace,
                () -> {
                    try {
                        BsonDocument asked =
                                new BsonDocument(
                                        "collStats", new BsonString(namespace.collection()));
                        BsonDocument stats = commands.read(namespace.database(), asked);
                        return number(stats, "storageSize") + number(stats, "totalIndexSize");
                    } catch (MongoCommandException untold) {
                        return 0L;
                    }
                });
    }

    private static long number(BsonDocument stats, String name) {
        return stats.isNumber(name) ? stats.getNumber(name).longValue() : 0;
    }

    private BsonDocument hello() {
        try {
            return commands.read("admin", command("hello"));
        } catch (MongoCommandException olderThanFour) {
            return commands.read("admin", command("isMaster"));
        }
    }

    private boolean hasApplyOps() {
        try {
            BsonDocument all = commands.read("admin", command("listCommands"));
            return all.getDocument("commands", new BsonDocument()).containsKey("applyOps");
        } catch (MongoCommandException untold) {
            // Then the first creation shows it.
            return true;
        }
    }

    private static boolean isTrue(BsonDocument document, String field) {
        return document.isBoolean(field) && document.getBoolean(field).getValue();
    }

    /** From a {@code hello} reply, or from a document of {@code config.shards}. */
    private static List<String> hosts(BsonDocument document) {
        if (document.isString("host")) {
            String host = document.getString("host").getValue();
            return List.of(host.substring(host.indexOf('/') + 1).split(","));
        }
        BsonArray hosts = document.getArray("hosts", new BsonArray());
        return hosts.stream().map(h -> h.asString().getValue()).toList();
    }

    private List<Namespace> collections() {
        List<Namespace> all = new ArrayList<>();
        for (String database : commands.client().listDatabaseNames()) {
            for (String collection :
                    commands.client().getDatabase(database).listCollectionNames()) {
                all.add(new Namespace(database, collection));
            }
        }
        return all;
    }

    /** All collections with their UUIDs; views have none. */
    Map<Namespace, Optional<UUID>> uuids() {
        return commands.run(
                "list its collections",
                () -> {
                    Map<Namespace, Optional<UUID>> all = new HashMap<>();
                    for (String database : commands.client().listDatabaseNames()) {
                        commands.client()
                                .getDatabase(database)
                                .listCollections(BsonDocument.class)
                                .forEach(
                                        c ->
                                                all.put(
                                                        new Namespace(
                                                                database,
                                                                c.getString("name").getValue()),
                                                        uuid(c)));
                    }
                    return all;
                });
    }

    /**
     * Those who are logged in on the connections to it, {@code database.name}; none in a server
     * that can't tell, as it has no log-in.
     */
    Set<String> users() {
        return commands.run(
                "tell as whom we are connected",
                () -> {
                    Set<String> users = new HashSet<>();
                    BsonDocument status = connectionStatus();
                    for (BsonValue user :
                            status.getDocument("authInfo", new BsonDocument())
                                    .getArray("authenticatedUsers", new BsonArray())) {
                        users.add(
                                user.asDocument().getString("db").getValue()
                                        + "."
                                        + user.asDocument().getString("user").getValue());
                    }
                    return users;
                });
    }

    private BsonDocument connectionStatus() {
        try {
            return commands.read("admin", command("connectionStatus"));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == Commands.COMMAND_NOT_FOUND) {
                return new BsonDocument();
            }
            throw e;
        }
    }

    private static Optional<UUID> uuid(BsonDocument collection) {
        BsonDocument info = collection.getDocument("info", new BsonDocument());
        return info.isBinary("uuid")
                ? Optional.of(info.getBinary("uuid").asUuid())
                : Optional.empty();
    }

    private Optional<String> shardIdentity(List<Namespace> collections) {
        return documents(collections, VERSION).stream()
                .filter(d -> isText(d.get("_id"), "shardIdentity") && d.isString("shardName"))
                .map(d -> d.getString("shardName").getValue())
                .findFirst();
    }

    private Optional<String> unfinished(List<Namespace> collections) {
        return documents(collections, MARK).stream()
                .filter(d -> isText(d.get("_id"), RestoreTarget.MARK_ID))
                .map(d -> d.getString("description").getValue())
                .findFirst();
    }

    private long chunks(List<Namespace> collections) {
        if (!collections.contains(CHUNKS)) {
            return 0;
        }
        List<BsonValue> sessions =
                documents(collections, Namespace.of("config.collections")).stream()
                        .filter(c -> isText(c.get("_id"), "config.system.sessions"))
                        .filter(c -> c.containsKey("uuid"))
                        .map(c -> c.get("uuid"))
                        .toList();
        return commands.collection(CHUNKS)
                .countDocuments(
                        Filters.and(
                                Filters.nin("uuid", sessions),
                                Filters.ne("ns", "config.system.sessions")));
    }

    private List<RawBsonDocument> documents(List<Namespace> collections, Namespace namespace) {
        return collections.contains(namespace)
                ? commands.collection(namespace).find().into(new ArrayList<>())
                : List.of();
    }

    private static boolean isText(BsonValue value, String text) {
        return value != null && value.isString() && value.asString().getValue().equals(text);
    }

    private static BsonDocument command(String name) {
        return new BsonDocument(name, new BsonInt32(1));
    }
}
