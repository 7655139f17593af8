package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/** The commands {@code insert}, {@code update} and {@code delete}. */
final class WriteCommands {
    private static final int MAX_STATEMENTS = 100_000;

    private WriteCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of(
                                "insert",
                                WriteCommands::insert,
                                "documents",
                                "ordered",
                                "bypassDocumentValidation")
                        .with(Command.Trait.WRITE, Command.Trait.TRANSACTION),
                Command.of(
                                "update",
                                WriteCommands::update,
                                "updates",
                                "ordered",
                                "bypassDocumentValidation")
                        .with(Command.Trait.WRITE, Command.Trait.TRANSACTION),
                Command.of("delete", WriteCommands::delete, "deletes", "ordered")
                        .with(Command.Trait.WRITE, Command.Trait.TRANSACTION),
                FindAndModify.command("findAndModify"),
                FindAndModify.command("findandmodify"));
    }

    /** Runs something on the sink a request writes to, under the write lock. */
    static void writing(Request request, String batched, Consumer<ChangeSink> body) {
        Engine engine = request.engine();
        engine.write(
                () -> {
                    engine.requirePrimary(request.member());
                    ChangeSink sink = sink(request, batched);
                    try {
                        body.accept(sink);
                    } finally {
                        sink.flush();
                    }
                    return null;
                });
    }

    private static ChangeSink sink(Request request, String batched) {
        Optional<Transaction> transaction = request.transaction();
        if (transaction.isPresent()) {
            requireWritable(transaction.get());
            return new TransactionWrites(request.engine(), transaction.get());
        }
        SessionState session =
                request.sessionAndNumber().map(request.engine().sessions::at).orElse(null);
        return new DirectWrites(request.engine(), session, false, batched);
    }

    private static void requireWritable(Transaction transaction) {
        if (transaction.state == Transaction.State.PREPARED) {
            throw new CommandFailure(
                    ErrorCode.PreparedTransactionInProgress,
                    "Cannot call any operation other than abort, prepare or commit on a prepared"
                            + " transaction");
        }
        if (transaction.state == Transaction.State.COMMITTED) {
            throw new CommandFailure(
                    ErrorCode.TransactionCommitted, "Transaction has been committed");
        }
    }

    private static void insert(Request request, RawBuilder reply) {
        List<byte[]> documents = statements(request, "documents");
        String namespace = writableNamespace(request);
        Engine engine = request.engine();
        boolean series = Measurements.buckets(engine, namespace) != null;
        boolean together =
                engine.version().atLeast(ServerVersion.V8_0) && documents.size() > 1 && !series;
        Tally tally = new Tally(request);
        writing(
                request,
                together ? "i" : "",
                sink -> {
                    Insertion insertion = new Insertion(engine, sink, namespace);
                    for (int i = 0; i < documents.size() && tally.goesOn(); i++) {
                        try {
                            if (sink.executed(tally.statement(i)) == null) {
                                insertion.insert(documents.get(i), tally.options(i));
                            }
                            tally.matched++;
                        } catch (RuntimeException e) {
                            tally.failed(i, e);
                        }
                    }
                });
        reply.int32("n", tally.matched);
        tally.write(reply);
    }

    private static void update(Request request, RawBuilder reply) {
        List<byte[]> updates = statements(request, "updates");
        String namespace = writableNamespace(request);
        Tally tally = new Tally(request);
        List<BsonDocument> upserted = new ArrayList<>();
        writing(
                request,
                "",
                sink -> {
                    Statements statements = new Statements(request.engine(), sink);
                    for (int i = 0; i < updates.size() && tally.goesOn(); i++) {
                        try {
                            updateOne(
                                    namespace,
                                    statements,
                                    sink,
                                    updates.get(i),
                                    i,
                                    tally,
                                    upserted);
                        } catch (RuntimeException e) {
                            tally.failed(i, e);
                        }
                    }
                });
        reply.int32("n", tally.matched).int32("nModified", tally.modified);
        if (!upserted.isEmpty()) {
            reply.startArray("upserted");
            for (int i = 0; i < upserted.size(); i++) {
                reply.document(Integer.toString(i), BsonBytes.of(upserted.get(i)));
            }
            reply.end();
        }
        tally.write(reply);
    }

    private static void updateOne(
            String namespace,
            Statements statements,
            ChangeSink sink,
            byte[] statement,
            int index,
            Tally tally,
            List<BsonDocument> upserted) {
        PlainPut put = PlainPut.of(statement);
        if (put != null) {
            int number = tally.statement(index);
            if (sink.executed(number) == null) {
                count(
                        statements.put(namespace, put, tally.options(index)),
                        number,
                        index,
                        sink,
                        tally,
                        upserted);
                return;
            }
        }
        UpdateSpec spec = spec(BsonBytes.document(statement));
        int number = spec.multi() ? -1 : tally.statement(index);
        if (spec.multi() && tally.isRetryable()) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "Cannot use (or request) retryable writes with multi=true");
        }
        SessionState.Executed done = sink.executed(number);
        UpdateEffect effect;
        if (done != null) {
            BsonDocument reply = done.reply() == null ? new BsonDocument() : done.reply();
            BsonValue id = reply.get("upserted");
            effect = new UpdateEffect(id == null ? 1 : 0, id == null ? 1 : 0, id, null, null);
        } else {
            effect = statements.update(namespace, spec, tally.options(index).numbered(number));
        }
        count(effect, number, index, sink, tally, upserted);
    }

    private static void count(
            UpdateEffect effect,
            int number,
            int index,
            ChangeSink sink,
            Tally tally,
            List<BsonDocument> upserted) {
        if (effect.upsertedId() != null) {
            sink.remember(number, new BsonDocument("upserted", effect.upsertedId()));
        }
        tally.matched += effect.matched();
        tally.modified += effect.modified();
        if (effect.upsertedId() != null) {
            tally.matched++;
            upserted.add(
                    new BsonDocument("index", new BsonInt32(index))
                            .append("_id", effect.upsertedId()));
        }
    }

    static UpdateSpec spec(BsonDocument statement) {
        List<BsonDocument> arrayFilters = new ArrayList<>();
        if (statement.containsKey("arrayFilters")) {
            statement
                    .getArray("arrayFilters")
                    .forEach(filter -> arrayFilters.add(filter.asDocument()));
        }
        if (!statement.containsKey("q") || !statement.containsKey("u")) {
            throw new CommandFailure(
                    ErrorCode.MissingField,
                    "BSON field 'update.updates.q' and 'u' are required fields");
        }
        return new UpdateSpec(
                statement.getDocument("q"),
                statement.get("u"),
                Request.isTrue(statement.get("multi", BsonBoolean.FALSE)),
                Request.isTrue(statement.get("upsert", BsonBoolean.FALSE)),
                arrayFilters,
                statement.getDocument("sort", new BsonDocument()));
    }

    private static void delete(Request request, RawBuilder reply) {
        List<byte[]> deletes = statements(request, "deletes");
        String namespace = writableNamespace(request);
        boolean many = request.engine().version().atLeast(ServerVersion.V8_0);
        boolean multi = deletes.stream().anyMatch(d -> limit(BsonBytes.document(d)) == 0);
        Tally tally = new Tally(request);
        writing(
                request,
                many && multi && !tally.isRetryable() ? "d" : "",
                sink -> {
                    Statements statements = new Statements(request.engine(), sink);
                    for (int i = 0; i < deletes.size() && tally.goesOn(); i++) {
                        try {
                            BsonDocument statement = BsonBytes.document(deletes.get(i));
                            int limit = limit(statement);
                            int number = limit == 0 ? -1 : tally.statement(i);
                            tally.matched +=
                                    sink.executed(number) != null
                                            ? 1
                                            : statements
                                                    .delete(
                                                            namespace,
                                                            statement.getDocument("q"),
                                                            new BsonDocument(),
                                                            limit == 0,
                                                            tally.options(i).numbered(number))
                                                    .size();
                        } catch (RuntimeException e) {
                            tally.failed(i, e);
                        }
                    }
                });
        reply.int32("n", tally.matched);
        tally.write(reply);
    }

    private static int limit(BsonDocument statement) {
        if (!statement.containsKey("limit") || !statement.containsKey("q")) {
            throw new CommandFailure(
                    ErrorCode.MissingField,
                    "BSON field 'delete.deletes.limit' is missing but a required field");
        }
        int limit = statement.getNumber("limit").intValue();
        if (limit != 0 && limit != 1) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse,
                    "The limit field in delete objects must be 0 or 1. Got " + limit);
        }
        return limit;
    }

    private static List<byte[]> statements(Request request, String field) {
        List<byte[]> found = request.documents(field);
        if (found.isEmpty() || found.size() > MAX_STATEMENTS) {
            throw new CommandFailure(
                    ErrorCode.InvalidLength,
                    "Write batch sizes must be between 1 and "
                            + MAX_STATEMENTS
                            + ". Got "
                            + found.size()
                            + " operations.");
        }
        return found;
    }

    static String writableNamespace(Request request) {
        String namespace = request.namespace();
        WriteTargets.requireWritable(request, namespace);
        return namespace;
    }
}
