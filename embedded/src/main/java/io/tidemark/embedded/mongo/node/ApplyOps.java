package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * The {@code applyOps} command, as restore tools use it. Lists of inserts, updates and deletes are
 * atomic and logged as given up to 6.0; later, and with commands among them, each is logged by
 * itself. What servers reject is rejected.
 */
final class ApplyOps {
    private static final Set<String> REJECTED =
            Set.of(
                    "createIndexes",
                    "startIndexBuild",
                    "commitIndexBuild",
                    "abortIndexBuild",
                    "commitTransaction",
                    "abortTransaction",
                    "importCollection");
    private static final int MAX_DEPTH = 10;

    private final Engine engine;

    ApplyOps(Engine engine) {
        this.engine = engine;
    }

    static Command command() {
        return Command.of(
                        "applyOps",
                        ApplyOps::run,
                        "allowAtomic",
                        "alwaysUpsert",
                        "bypassDocumentValidation",
                        "preCondition",
                        "oplogApplicationMode",
                        "partialTxn",
                        "prepare",
                        "count")
                .with(Command.Trait.WRITE);
    }

    private static void run(Request request, RawBuilder reply) {
        for (String field : List.of("partialTxn", "prepare", "count")) {
            if (request.body().containsKey(field)) {
                throw new CommandFailure(
                        ErrorCode.FailedToParse,
                        "applyOps command no longer supports the '" + field + "' option");
            }
        }
        List<BsonDocument> operations = new ArrayList<>();
        for (byte[] operation : request.documents("applyOps")) {
            operations.add(BsonBytes.document(operation));
        }
        boolean alwaysUpsert = request.flag("alwaysUpsert", true);
        ApplyOps applier = new ApplyOps(request.engine());
        int applied =
                DdlCommands.changing(
                        request,
                        () -> {
                            applier.check(operations, 0);
                            return applier.apply(operations, alwaysUpsert);
                        });
        reply.int32("applied", applied).startArray("results");
        for (int i = 0; i < applied; i++) {
            reply.bool(Integer.toString(i), true);
        }
        reply.end();
    }

    private void check(List<BsonDocument> operations, int depth) {
        if (depth > MAX_DEPTH) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse, "Too many nested applyOps operations");
        }
        for (BsonDocument operation : operations) {
            requireString(operation, "op");
            requireString(operation, "ns");
            if (!operation.containsKey("o") || !operation.get("o").isDocument()) {
                throw new CommandFailure(
                        ErrorCode.FailedToParse, "op does not contain required 'o' field");
            }
            if (operation.getString("op").getValue().equals("c")) {
                checkCommand(operations, operation, depth);
            }
        }
    }

    private void checkCommand(List<BsonDocument> operations, BsonDocument operation, int depth) {
        String name = operation.getDocument("o").getFirstKey();
        if (REJECTED.contains(name)) {
            throw new CommandFailure(
                    ErrorCode.CommandNotSupported,
                    "The " + name + " operation is not supported in applyOps mode");
        }
        if (name.equals("dropDatabase") && operations.size() > 1) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "dropDatabase in applyOps must be the only operation");
        }
        if (name.equals("applyOps")) {
            check(nested(operation), depth + 1);
        }
    }

    private static List<BsonDocument> nested(BsonDocument operation) {
        return operation.getDocument("o").getArray("applyOps").stream()
                .map(BsonValue::asDocument)
                .toList();
    }

    private static void requireString(BsonDocument operation, String field) {
        if (!operation.containsKey(field) || !operation.get(field).isString()) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse,
                    "op does not contain required '" + field + "' string field");
        }
    }

    private int apply(List<BsonDocument> operations, boolean alwaysUpsert) {
        boolean atomic =
                !engine.version().atLeast(ServerVersion.V7_0)
                        && operations.stream().allMatch(this::isAtomic);
        if (atomic) {
            atomically(operations, alwaysUpsert);
            return operations.size();
        }
        for (BsonDocument operation : operations) {
            one(operation, alwaysUpsert);
        }
        return operations.size();
    }

    private boolean isAtomic(BsonDocument operation) {
        String op = operation.getString("op").getValue();
        if (!op.equals("c")) {
            return !op.equals("n");
        }
        return operation.getDocument("o").containsKey("applyOps")
                && nested(operation).stream().allMatch(this::isAtomic);
    }

    /** All or none, told by a single entry; returns where it stands. */
    Optime atomically(List<BsonDocument> operations, boolean alwaysUpsert) {
        HeldWrites held = new HeldWrites(engine);
        RawBuilder o = new RawBuilder(1024).startArray("applyOps");
        for (int i = 0; i < operations.size(); i++) {
            o.document(
                    Integer.toString(i), BsonBytes.of(hold(operations.get(i), alwaysUpsert, held)));
        }
        o.end();
        if (held.changes().isEmpty()) {
            return engine.lastApplied();
        }
        Optime at = engine.log(EntryFields.command("admin.$cmd", null, o.toBytes()));
        held.changes().forEach(change -> engine.install(change, at.ts(), at.ts()));
        return at;
    }

    /** Collects what an operation changes; returns it as it is logged, with its UUID. */
    private BsonDocument hold(BsonDocument operation, boolean alwaysUpsert, HeldWrites held) {
        if (operation.getString("op").getValue().equals("c")) {
            nested(operation).forEach(inner -> hold(inner, alwaysUpsert, held));
            return operation;
        }
        AppliedOperation applied = new AppliedOperation(engine, operation, alwaysUpsert);
        Change change = applied.change(held);
        if (change == null) {
            return operation;
        }
        held.add(change);
        if (operation.containsKey("ui")) {
            return operation;
        }
        BsonDocument logged = Documents.mutable(operation);
        return logged.append("ui", BsonBytes.binary(change.collection().uuid()));
    }

    private void one(BsonDocument operation, boolean alwaysUpsert) {
        AppliedOperation applied = new AppliedOperation(engine, operation, alwaysUpsert);
        switch (applied.op()) {
            case "n" -> {}
            case "c" -> command(operation, alwaysUpsert);
            case "i", "u", "d" -> {
                DirectWrites sink = new DirectWrites(engine, null, false, "");
                Change change = applied.change(sink);
                if (change != null && !Arrays.equals(change.before(), change.after())) {
                    sink.add(change);
                    sink.flush();
                }
            }
            default ->
                    throw new CommandFailure(
                            ErrorCode.BadValue, "Unknown operation type " + applied.op());
        }
    }

    private void command(BsonDocument operation, boolean alwaysUpsert) {
        BsonDocument o = operation.getDocument("o");
        String name = o.getFirstKey();
        if (name.equals("applyOps")) {
            apply(nested(operation), alwaysUpsert);
            return;
        }
        try {
            new AppliedCommand(engine, operation).run();
        } catch (CommandFailure e) {
            if (!acceptable(name, e.code())) {
                throw e;
            }
        } catch (ServerError e) {
            throw new CommandFailure(ErrorCode.BadValue, e.getMessage());
        }
    }

    /** Errors the server ignores when it applies a command. */
    private static boolean acceptable(String name, ErrorCode code) {
        return switch (name) {
            case "create" -> code == ErrorCode.NamespaceExists;
            case "drop", "collMod", "convertToCapped", "dropDatabase", "emptycapped" ->
                    code == ErrorCode.NamespaceNotFound;
            case "dropIndexes", "deleteIndexes" ->
                    code == ErrorCode.NamespaceNotFound || code == ErrorCode.IndexNotFound;
            case "renameCollection" ->
                    code == ErrorCode.NamespaceNotFound || code == ErrorCode.NamespaceExists;
            default -> false;
        };
    }
}
