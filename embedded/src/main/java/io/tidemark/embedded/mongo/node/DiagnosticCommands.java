package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Commands that tell about the node, and those about sessions. */
final class DiagnosticCommands {
    private final Node node;

    private DiagnosticCommands(Node node) {
        this.node = node;
    }

    static List<Command> all(Node node) {
        DiagnosticCommands commands = new DiagnosticCommands(node);
        Command.Body nothing = (request, reply) -> {};
        return List.of(
                Command.of("ping", nothing),
                Command.of("endSessions", nothing),
                Command.of("refreshSessions", nothing),
                Command.of("logout", nothing),
                Command.of("startSession", commands::startSession),
                Command.of("buildInfo", commands::buildInfo),
                Command.of("buildinfo", commands::buildInfo),
                Command.of("getParameter", commands::getParameter).with(Command.Trait.ADMIN),
                Command.of("setParameter", commands::setParameter).with(Command.Trait.ADMIN),
                Command.of("currentOp", commands::currentOp).with(Command.Trait.ADMIN),
                Command.of("connectionStatus", commands::connectionStatus),
                Command.of("getCmdLineOpts", commands::commandLine).with(Command.Trait.ADMIN),
                Command.of("serverStatus", commands::serverStatus),
                Command.of("hostInfo", commands::hostInfo),
                Command.of(
                        "whatsmyuri", (r, reply) -> reply.string("you", r.connection().remote())));
    }

    private void startSession(Request request, RawBuilder reply) {
        reply.startDocument("id").uuid("id", UUID.randomUUID()).end();
        reply.int32("timeoutMinutes", 30);
    }

    private void buildInfo(Request request, RawBuilder reply) {
        String release = node.engine().version().release();
        reply.string("version", release).string("gitVersion", "simulated");
        reply.startArray("modules").end();
        reply.startArray("versionArray");
        String[] parts = release.split("\\.", -1);
        for (int i = 0; i < parts.length; i++) {
            reply.int32(Integer.toString(i), Integer.parseInt(parts[i]));
        }
        reply.int32("3", 0).end();
        reply.int32("bits", 64).bool("debug", false).int32("maxBsonObjectSize", 16 * 1024 * 1024);
    }

    private void getParameter(Request request, RawBuilder reply) {
        BsonValue asked = request.body().get("getParameter");
        boolean all = asked.isString() && asked.asString().getValue().equals("*");
        for (Map.Entry<String, BsonValue> known : node.engine().parameters.all().entrySet()) {
            if (all || request.body().containsKey(known.getKey())) {
                reply.value(known.getKey(), known.getValue());
            }
        }
        boolean version = request.body().containsKey("featureCompatibilityVersion");
        if (!all
                && !version
                && request.body().keySet().stream()
                        .noneMatch(node.engine().parameters.all()::containsKey)) {
            throw new CommandFailure(ErrorCode.InvalidOptions, "no option found to get");
        }
        if (all || version) {
            reply.startDocument("featureCompatibilityVersion");
            reply.string("version", node.engine().version().featureCompatibilityVersion()).end();
        }
    }

    private void setParameter(Request request, RawBuilder reply) {
        BsonDocument body = request.body();
        for (String name : body.keySet()) {
            boolean generic =
                    name.startsWith("$")
                            || name.equals("setParameter")
                            || name.equals("lsid")
                            || name.equals("comment");
            if (!generic) {
                reply.value("was", node.engine().parameters.set(name, body.get(name)));
            }
        }
    }

    private void currentOp(Request request, RawBuilder reply) {
        List<byte[]> open = OpenOperations.of(request);
        reply.startArray("inprog");
        for (int i = 0; i < open.size(); i++) {
            reply.document(Integer.toString(i), open.get(i));
        }
        reply.end();
    }

    private void connectionStatus(Request request, RawBuilder reply) {
        reply.startDocument("authInfo");
        reply.startArray("authenticatedUsers").end();
        reply.startArray("authenticatedUserRoles").end().end();
    }

    private void commandLine(Request request, RawBuilder reply) {
        reply.startArray("argv").string("0", "mongod").end();
        reply.startDocument("parsed").startDocument("replication");
        reply.string("replSet", node.engine().settings.name()).end().end();
    }

    private void hostInfo(Request request, RawBuilder reply) {
        reply.startDocument("system").date("currentTime", node.engine().clock.wallMillis());
        reply.string("hostname", node.addresses().of(request.member())).end();
    }

    private void serverStatus(Request request, RawBuilder reply) {
        Engine engine = node.engine();
        String address = node.addresses().of(request.member());
        reply.string("host", address).string("version", engine.version().release());
        reply.string("process", "mongod").int64("pid", ProcessHandle.current().pid());
        reply.date("localTime", engine.clock.wallMillis());
        reply.startDocument("storageEngine").string("name", "simulated");
        reply.bool("supportsCommittedReads", true).end();
        reply.startDocument("repl").string("setName", engine.settings.name());
        reply.bool("isWritablePrimary", engine.replication.isPrimary(request.member()));
        reply.string("me", address).end();
    }
}
