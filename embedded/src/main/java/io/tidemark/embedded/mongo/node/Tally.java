package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Counts and errors of one write command, statement by statement. */
final class Tally {
    private record Failure(int index, CommandFailure cause) {}

    private final boolean ordered;
    private final boolean retryable;
    private final boolean inTransaction;
    private final int firstStatement;
    private final BsonArray statements;
    private final StatementOptions options;
    private final List<Failure> failures = new ArrayList<>();
    int matched;
    int modified;

    Tally(Request request) {
        ordered = request.flag("ordered", true);
        inTransaction = request.inTransaction();
        retryable = !inTransaction && request.sessionAndNumber().isPresent();
        firstStatement = (int) request.number("stmtId", 0);
        statements =
                request.body().containsKey("stmtIds") ? request.body().getArray("stmtIds") : null;
        options = new StatementOptions(false, request.flag("bypassDocumentValidation"), -1, null);
    }

    boolean isRetryable() {
        return retryable;
    }

    int statement(int index) {
        if (!retryable) {
            return -1;
        }
        BsonValue given =
                statements != null && index < statements.size() ? statements.get(index) : null;
        return given != null ? given.asNumber().intValue() : firstStatement + index;
    }

    StatementOptions options(int index) {
        return retryable ? options.numbered(statement(index)) : options;
    }

    boolean goesOn() {
        return failures.isEmpty() || !(ordered || inTransaction);
    }

    /** Notes a statement's error; errors that concern the whole command are thrown on. */
    void failed(int index, RuntimeException e) {
        CommandFailure failure = asFailure(e);
        boolean whole =
                switch (failure.code()) {
                    case WriteConflict,
                            NotWritablePrimary,
                            InterruptedAtShutdown,
                            Interrupted,
                            InterruptedDueToReplStateChange,
                            NoSuchTransaction,
                            TransactionTooOld,
                            MaxTimeMSExpired,
                            TransactionTooLarge ->
                            true;
                    default -> false;
                };
        if (whole || inTransaction && failure.code() != ErrorCode.DuplicateKey) {
            throw failure;
        }
        failures.add(new Failure(index, failure));
    }

    private static CommandFailure asFailure(RuntimeException e) {
        if (e instanceof CommandFailure failure) {
            return failure;
        }
        if (e instanceof ServerError error) {
            for (ErrorCode code : ErrorCode.values()) {
                if (code.code() == error.code()) {
                    return new CommandFailure(code, error.getMessage());
                }
            }
            return new CommandFailure(ErrorCode.BadValue, error.getMessage());
        }
        throw e;
    }

    void write(RawBuilder reply) {
        if (failures.isEmpty()) {
            return;
        }
        reply.startArray("writeErrors");
        for (int i = 0; i < failures.size(); i++) {
            Failure failure = failures.get(i);
            reply.startDocument(Integer.toString(i)).int32("index", failure.index());
            reply.int32("code", failure.cause().code().code());
            BsonDocument extra = failure.cause().extra();
            reply.all(extra).string("errmsg", failure.cause().getMessage()).end();
        }
        reply.end();
    }

    boolean hasFailures() {
        return !failures.isEmpty();
    }
}
