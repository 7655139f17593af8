package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers commands for the members of one replica set. */
public final class Node {
    private static final Logger LOGGER = LoggerFactory.getLogger(Node.class);

    /** Fields any command may carry. */
    private static final Set<String> GENERIC =
            Set.of(
                    "$db",
                    "$clusterTime",
                    "$readPreference",
                    "$queryOptions",
                    "$client",
                    "$audit",
                    "$configTime",
                    "$configServerState",
                    "$topologyTime",
                    "lsid",
                    "txnNumber",
                    "autocommit",
                    "startTransaction",
                    "coordinator",
                    "readConcern",
                    "writeConcern",
                    "maxTimeMS",
                    "maxTimeMSOpOnly",
                    "comment",
                    "apiVersion",
                    "apiStrict",
                    "apiDeprecationErrors",
                    "databaseVersion",
                    "shardVersion",
                    "stmtId",
                    "stmtIds",
                    "allowImplicitCollectionCreation",
                    "isTimeseriesNamespace",
                    "collectionUUID",
                    "let");

    private final Engine engine;
    private final Map<String, Command> commands = new ConcurrentHashMap<>();
    final Cursors cursors = new Cursors();
    final ObjectId processId = new ObjectId();
    private volatile MemberAddresses addresses = MemberAddresses.NONE;

    public Node(Engine engine) {
        this.engine = engine;
        CommandCatalogue.all(this).forEach(command -> commands.put(command.name(), command));
    }

    public Engine engine() {
        return engine;
    }

    /** Tells the members' addresses once their ports are known. */
    public void addresses(MemberAddresses known) {
        addresses = known;
    }

    MemberAddresses addresses() {
        return addresses;
    }

    /**
     * Lets someone else answer a command, such as what only a shard or config server knows. Takes
     * the place of the node's own command of that name.
     *
     * @param answer gets the body, gives the reply's fields without {@code ok}; may throw {@link
     *     CommandFailure}
     */
    public void onCommand(String name, UnaryOperator<BsonDocument> answer) {
        commands.put(
                name,
                Command.of(name, (request, reply) -> reply.all(answer.apply(request.body())))
                        .with(Command.Trait.TRANSACTION));
    }

    /** Runs a command as an in-process client of a member. */
    public RawBsonDocument run(int member, String database, BsonDocument body) {
        return new RawBsonDocument(handle(member, Connection.IN_PROCESS, database, body, Map.of()));
    }

    /**
     * Answers a command; errors are answers too.
     *
     * @param body first key is the command's name
     * @param sequences documents sent beside the body
     */
    public byte[] handle(
            int member,
            Connection connection,
            String database,
            BsonDocument body,
            Map<String, List<byte[]>> sequences) {
        String name = body.isEmpty() ? "" : body.getFirstKey();
        gossip(body);
        Request request =
                new Request(
                        this,
                        member,
                        connection,
                        database,
                        name,
                        body,
                        sequences,
                        deadline(name, body));
        RawBuilder reply = new RawBuilder(512);
        try {
            perform(request, reply);
            reply.float64("ok", 1);
        } catch (CommandFailure e) {
            reply = failed(request, e);
        } catch (ServerError e) {
            reply = new RawBuilder(256);
            reply.float64("ok", 0).string("errmsg", e.getMessage());
            reply.int32("code", e.code()).string("codeName", e.codeName());
            abortAfterError(request);
        } catch (RuntimeException e) {
            LOGGER.error("Command of the simulated node failed name={}", name, e);
            reply = failed(request, new CommandFailure(ErrorCode.InternalError, String.valueOf(e)));
        }
        times(member, reply);
        return reply.toBytes();
    }

    private static long deadline(String name, BsonDocument body) {
        BsonValue limit = body.get("maxTimeMS");
        // For a getMore it is the time to wait for data, not a limit.
        if (limit == null || !limit.isNumber() || name.equals("getMore")) {
            return Long.MAX_VALUE;
        }
        long millis = limit.asNumber().longValue();
        return millis == 0
                ? Long.MAX_VALUE
                : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void gossip(BsonDocument body) {
        BsonValue seen = body.get("$clusterTime");
        if (seen != null && seen.isDocument() && seen.asDocument().containsKey("clusterTime")) {
            engine.clock.advance(seen.asDocument().getTimestamp("clusterTime").getValue());
        }
    }

    private void perform(Request request, RawBuilder reply) {
        Command command = commands.get(request.name());
        if (command == null) {
            throw new CommandFailure(
                    ErrorCode.CommandNotFound, "no such command: '" + request.name() + "'");
        }
        if (engine.isClosed()) {
            throw new CommandFailure(ErrorCode.InterruptedAtShutdown, "interrupted at shutdown");
        }
        CommandRules.check(request, command, GENERIC);
        command.body().run(request, reply);
        if (command.is(Command.Trait.WRITE) && !request.inTransaction()) {
            WriteConcern.await(request, reply);
        }
    }

    private RawBuilder failed(Request request, CommandFailure failure) {
        RawBuilder reply = new RawBuilder(256);
        reply.float64("ok", 0).string("errmsg", failure.getMessage());
        reply.int32("code", failure.code().code()).string("codeName", failure.code().codeName());
        reply.all(failure.extra());
        if (ErrorLabels.tellsOfTopology(failure.code())) {
            // Lets the driver see whether it already knows this state.
            HelloCommands.topologyVersion(this, reply);
        }
        List<String> labels = ErrorLabels.of(request, failure);
        if (!labels.isEmpty()) {
            reply.startArray("errorLabels");
            for (int i = 0; i < labels.size(); i++) {
                reply.string(Integer.toString(i), labels.get(i));
            }
            reply.end();
        }
        abortAfterError(request);
        return reply;
    }

    /** An error inside a transaction ends it, except for one of commit or abort themselves. */
    private void abortAfterError(Request request) {
        boolean ends =
                request.inTransaction()
                        && !Set.of(
                                        "commitTransaction",
                                        "abortTransaction",
                                        "prepareTransaction",
                                        "coordinateCommitTransaction")
                                .contains(request.name());
        if (ends) {
            engine.write(
                    () -> {
                        request.sessionAndNumber()
                                .map(id -> engine.sessions.of(id.lsid()))
                                .map(session -> session.transaction)
                                .filter(t -> t.state == Transaction.State.IN_PROGRESS)
                                .ifPresent(
                                        t -> engine.transactions.end(t, Transaction.State.ABORTED));
                        return null;
                    });
        }
    }

    private void times(int member, RawBuilder reply) {
        long now = engine.clock.now();
        reply.startDocument("$clusterTime").timestamp("clusterTime", now);
        reply.startDocument("signature");
        reply.binary("hash", new byte[20]).int64("keyId", 0).end().end();
        reply.timestamp("operationTime", engine.replication.member(member).applied);
    }

    static BsonDocument decoded(byte[] bytes) {
        return BsonBytes.document(bytes);
    }
}
