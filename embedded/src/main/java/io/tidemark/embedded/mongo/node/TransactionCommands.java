package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.List;

/** Ends and prepares multi-document transactions. */
final class TransactionCommands {
    private TransactionCommands() {}

    static List<Command> all() {
        return List.of(
                command("commitTransaction", TransactionCommands::commit),
                command("abortTransaction", TransactionCommands::abort),
                command("prepareTransaction", TransactionCommands::prepare));
    }

    private static Command command(String name, Command.Body body) {
        return Command.of(name, body)
                .with(Command.Trait.WRITE, Command.Trait.TRANSACTION, Command.Trait.ADMIN);
    }

    private static TransactionId id(Request request) {
        if (!request.inTransaction()) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions, request.name() + " must be run within a transaction");
        }
        return request.sessionAndNumber().orElseThrow();
    }

    private static void commit(Request request, RawBuilder reply) {
        Engine engine = request.engine();
        TransactionId id = id(request);
        engine.write(
                () -> {
                    engine.requirePrimary(request.member());
                    Transaction found = known(engine, id);
                    if (found.state == Transaction.State.COMMITTED) {
                        return found.lastEntry();
                    }
                    return finish(request, engine, found);
                });
        WriteConcern.await(request, reply);
    }

    /** Not knowing a transaction is an answer that must be as durable as its commit would be. */
    private static Transaction known(Engine engine, TransactionId id) {
        try {
            return engine.transactions.current(id);
        } catch (CommandFailure e) {
            if (e.code() == ErrorCode.NoSuchTransaction) {
                engine.log(Engine.noopMessage("NoSuchTransaction error"));
            }
            throw e;
        }
    }

    private static Optime finish(Request request, Engine engine, Transaction found) {
        TransactionLog log = new TransactionLog(engine);
        if (!request.body().containsKey("commitTimestamp")) {
            if (found.isPrepared()) {
                throw new CommandFailure(
                        ErrorCode.InvalidOptions,
                        "'commitTimestamp' is required to commit a prepared transaction");
            }
            return log.commit(found);
        }
        return log.commitPrepared(found, request.body().getTimestamp("commitTimestamp").getValue());
    }

    private static void abort(Request request, RawBuilder reply) {
        Engine engine = request.engine();
        TransactionId id = id(request);
        engine.write(
                () -> {
                    engine.requirePrimary(request.member());
                    return new TransactionLog(engine).abort(engine.transactions.current(id));
                });
        WriteConcern.await(request, reply);
    }

    private static void prepare(Request request, RawBuilder reply) {
        Engine engine = request.engine();
        TransactionId id = id(request);
        Optime prepared =
                engine.write(
                        () -> {
                            engine.requirePrimary(request.member());
                            return new TransactionLog(engine)
                                    .prepare(engine.transactions.current(id));
                        });
        WriteConcern.await(request, reply);
        reply.timestamp("prepareTimestamp", prepared.ts());
    }
}
