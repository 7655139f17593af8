package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.node.Connection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.wire.WireServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A router (mongos): takes commands over the wire or in process, sends them to the shards that own
 * the data, and puts the answers together. Two routers know different cluster times until they hear
 * of each other's.
 */
public final class Router implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Router.class);

    private final Core core;
    private final Gossip gossip;
    private final WireServer server;
    private final Map<String, Function<RoutedCommand, BsonDocument>> commands = new HashMap<>();
    private final RoutedTransactions transactions;

    Router(Core core, Gossip gossip, SimulatedCluster cluster) {
        this.core = core;
        this.gossip = gossip;
        Shards shards = new Shards(core, gossip);
        this.transactions = new RoutedTransactions(core, shards);
        Placement placement = new Placement(core);
        RouterCursors cursors = new RouterCursors();
        commands.putAll(new RoutedWrites(core, shards, transactions, placement).commands());
        commands.putAll(new RoutedReads(core, shards, transactions, cursors).commands());
        commands.putAll(new RoutedCatalog(core, shards, placement, cursors).commands());
        commands.putAll(transactions.commands());
        commands.putAll(new RouterAdmin(core, cluster, placement).commands());
        commands.putAll(new RouterDiagnostics(core, commands.keySet()).commands());
        this.server = new WireServer(this::handle);
    }

    void start() {
        server.start();
    }

    /** Connection string. */
    public String uri() {
        return "mongodb://" + address() + "/";
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + server.port();
    }

    /**
     * Runs a command in process. What a server refuses is an answer with {@code ok: 0}; a write
     * into a critical section is refused at once.
     */
    public BsonDocument run(String database, BsonDocument command) {
        return answer(new RoutedCommand(database, command, Map.of(), false));
    }

    private byte[] handle(
            Connection connection,
            String database,
            BsonDocument body,
            Map<String, List<byte[]>> sequences) {
        return BsonBytes.of(answer(new RoutedCommand(database, body, sequences, true)));
    }

    private BsonDocument answer(RoutedCommand command) {
        hear(command.body());
        BsonDocument reply;
        try {
            reply = perform(command);
            reply.putIfAbsent("ok", new BsonDouble(1));
        } catch (ShardRefusal refusal) {
            reply = refused(refusal.reply());
        } catch (ServerError refusal) {
            reply = refused(refusal.code(), refusal.codeName(), refusal.getMessage(), List.of());
        } catch (CommandFailure refusal) {
            reply =
                    refused(
                            refusal.code().code(),
                            refusal.code().codeName(),
                            refusal.getMessage(),
                            refusal.labels());
        } catch (RuntimeException e) {
            LOGGER.error("Command of the simulated router failed name={}", command.name(), e);
            reply = refused(1, "InternalError", String.valueOf(e), List.of());
        }
        if (reply.getNumber("ok").intValue() != 1) {
            transactions.abortAfterError(command, reply);
        }
        return withTimes(reply);
    }

    private BsonDocument perform(RoutedCommand command) {
        if (command.body().isEmpty()) {
            throw new ServerError(59, "CommandNotFound", "no such command: ''");
        }
        Function<RoutedCommand, BsonDocument> found = commands.get(command.name());
        if (found == null) {
            throw ServerError.commandNotFound("no such command: '" + command.name() + "'");
        }
        return found.apply(command);
    }

    private void hear(BsonDocument body) {
        BsonValue seen = body.get("$clusterTime");
        if (seen != null && seen.isDocument() && seen.asDocument().containsKey("clusterTime")) {
            gossip.seen(seen.asDocument().getTimestamp("clusterTime"));
        }
    }

    private static BsonDocument refused(BsonDocument reply) {
        BsonDocument copy = new BsonDocument();
        Set<String> internal = Set.of("$clusterTime", "operationTime");
        reply.forEach(
                (field, value) -> {
                    if (!internal.contains(field)) {
                        copy.append(field, value);
                    }
                });
        return copy;
    }

    private static BsonDocument refused(
            int code, String name, String message, List<String> labels) {
        BsonDocument reply =
                new BsonDocument("ok", new BsonDouble(0))
                        .append("errmsg", Bson.string(message))
                        .append("code", new BsonInt32(code))
                        .append("codeName", Bson.string(name));
        if (!labels.isEmpty()) {
            BsonArray array = new BsonArray();
            labels.forEach(label -> array.add(Bson.string(label)));
            reply.append("errorLabels", array);
        }
        return reply;
    }

    private BsonDocument withTimes(BsonDocument reply) {
        BsonTimestamp now = gossip.latest();
        BsonDocument signature =
                new BsonDocument("hash", new BsonBinary(new byte[20]))
                        .append("keyId", new BsonInt64(0));
        return reply.append(
                        "$clusterTime",
                        new BsonDocument("clusterTime", now).append("signature", signature))
                .append("operationTime", now);
    }

    /** The commit of an open transaction of several writers, to be taken step by step. */
    public TwoPhaseCommit coordinateCommit(TransactionId id) {
        return transactions.coordinate(id);
    }

    /** The greatest cluster time this router knows. */
    public BsonTimestamp clusterTime() {
        return gossip.latest();
    }

    /** Lets this router know all the cluster knows. */
    public void catchUpWithTheCluster() {
        gossip.seen(core.gossip.latest());
    }

    @Override
    public void close() {
        server.close();
    }
}
