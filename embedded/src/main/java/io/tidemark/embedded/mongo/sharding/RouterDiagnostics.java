package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Who the router is and how it is: hello, buildInfo and the like. */
final class RouterDiagnostics {
    private final Core core;
    private final Set<String> names;

    RouterDiagnostics(Core core, Set<String> names) {
        this.core = core;
        this.names = names;
    }

    Map<String, Function<RoutedCommand, BsonDocument>> commands() {
        Map<String, Function<RoutedCommand, BsonDocument>> commands = new LinkedHashMap<>();
        commands.put("hello", this::hello);
        commands.put("isMaster", this::hello);
        commands.put("ismaster", this::hello);
        commands.put("ping", command -> new BsonDocument());
        commands.put("endSessions", command -> new BsonDocument());
        commands.put("refreshSessions", command -> new BsonDocument());
        commands.put("buildInfo", this::buildInfo);
        commands.put("buildinfo", this::buildInfo);
        commands.put("serverStatus", this::serverStatus);
        commands.put("getParameter", this::getParameter);
        commands.put(
                "getCmdLineOpts",
                command ->
                        new BsonDocument("argv", new BsonArray())
                                .append("parsed", new BsonDocument()));
        commands.put(
                "connectionStatus",
                command ->
                        new BsonDocument(
                                "authInfo",
                                new BsonDocument("authenticatedUsers", new BsonArray())
                                        .append("authenticatedUserRoles", new BsonArray())));
        commands.put(
                "replSetGetStatus",
                command -> {
                    throw new CommandFailure(
                            ErrorCode.CommandNotFound,
                            "replSetGetStatus is not supported through mongos");
                });
        commands.put(
                "listCommands",
                command -> {
                    BsonDocument all = new BsonDocument();
                    names.stream().sorted().forEach(name -> all.append(name, new BsonDocument()));
                    return new BsonDocument("commands", all);
                });
        return commands;
    }

    private BsonDocument hello(RoutedCommand command) {
        String flag = command.name().equals("hello") ? "isWritablePrimary" : "ismaster";
        return new BsonDocument("helloOk", BsonBoolean.TRUE)
                .append(flag, BsonBoolean.TRUE)
                .append("msg", Bson.string("isdbgrid"))
                .append("maxBsonObjectSize", new BsonInt32(16 * 1024 * 1024))
                .append("maxMessageSizeBytes", new BsonInt32(48_000_000))
                .append("maxWriteBatchSize", new BsonInt32(100_000))
                .append("localTime", new BsonDateTime(core.clock.millis()))
                .append("logicalSessionTimeoutMinutes", new BsonInt32(30))
                .append("minWireVersion", new BsonInt32(0))
                .append("maxWireVersion", new BsonInt32(core.version.maxWireVersion()));
    }

    private BsonDocument buildInfo(RoutedCommand command) {
        BsonArray parts = new BsonArray();
        Arrays.stream(core.version.release().split("\\."))
                .forEach(part -> parts.add(new BsonInt32(Integer.parseInt(part))));
        parts.add(new BsonInt32(0));
        return new BsonDocument("version", new BsonString(core.version.release()))
                .append("gitVersion", Bson.string("simulated"))
                .append("modules", new BsonArray())
                .append("versionArray", parts)
                .append("bits", new BsonInt32(64))
                .append("maxBsonObjectSize", new BsonInt32(16 * 1024 * 1024));
    }

    private BsonDocument serverStatus(RoutedCommand command) {
        return new BsonDocument("host", Bson.string("127.0.0.1"))
                .append("version", Bson.string(core.version.release()))
                .append("process", Bson.string("mongos"))
                .append("localTime", new BsonDateTime(core.clock.millis()));
    }

    private BsonDocument getParameter(RoutedCommand command) {
        BsonDocument reply = new BsonDocument();
        BsonValue all = command.body().get("getParameter");
        boolean everything = all.isString() && all.asString().getValue().equals("*");
        if (everything || command.body().containsKey("featureCompatibilityVersion")) {
            reply.append(
                    "featureCompatibilityVersion",
                    new BsonDocument(
                            "version", Bson.string(core.version.featureCompatibilityVersion())));
        }
        if (reply.isEmpty()) {
            throw new CommandFailure(ErrorCode.InvalidOptions, "no option found to get");
        }
        return reply;
    }
}
