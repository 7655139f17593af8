package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonValue;

/** Changes one document and answers with it as it was before or after. */
final class FindAndModify {
    private FindAndModify() {}

    static Command command(String name) {
        return Command.of(
                        name,
                        FindAndModify::run,
                        "query",
                        "sort",
                        "remove",
                        "update",
                        "new",
                        "fields",
                        "upsert",
                        "bypassDocumentValidation",
                        "collation",
                        "arrayFilters",
                        "hint")
                .with(Command.Trait.WRITE, Command.Trait.TRANSACTION);
    }

    private static void run(Request request, RawBuilder reply) {
        String namespace = WriteCommands.writableNamespace(request);
        boolean remove = request.flag("remove");
        if (remove == request.body().containsKey("update")) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse,
                    "Either an update or remove=true must be specified, not both");
        }
        BsonDocument[] answer = new BsonDocument[1];
        Tally tally = new Tally(request);
        int statement = tally.statement(0);
        WriteCommands.writing(
                request,
                "",
                sink -> {
                    SessionState.Executed done = sink.executed(statement);
                    if (done != null && done.reply() != null) {
                        answer[0] = done.reply();
                        return;
                    }
                    Statements statements = new Statements(request.engine(), sink);
                    answer[0] =
                            remove
                                    ? removed(request, namespace, statements, tally.options(0))
                                    : updated(request, namespace, statements, tally.options(0));
                    sink.remember(statement, answer[0]);
                });
        reply.all(answer[0]);
    }

    private static BsonDocument removed(
            Request request, String namespace, Statements statements, StatementOptions options) {
        List<byte[]> deleted =
                statements.delete(
                        namespace,
                        request.document("query"),
                        request.document("sort"),
                        false,
                        options.statement() < 0 ? options : options.keeping("preImage"));
        BsonDocument last = new BsonDocument("n", new BsonInt32(deleted.size()));
        return new BsonDocument("lastErrorObject", last)
                .append("value", value(request, deleted.isEmpty() ? null : deleted.get(0)));
    }

    private static BsonDocument updated(
            Request request, String namespace, Statements statements, StatementOptions options) {
        boolean after = request.flag("new");
        List<BsonDocument> arrayFilters = new ArrayList<>();
        if (request.body().containsKey("arrayFilters")) {
            request.body().getArray("arrayFilters").forEach(f -> arrayFilters.add(f.asDocument()));
        }
        UpdateEffect effect =
                statements.update(
                        namespace,
                        new UpdateSpec(
                                request.document("query"),
                                request.body().get("update"),
                                false,
                                request.flag("upsert"),
                                arrayFilters,
                                request.document("sort")),
                        options.statement() < 0
                                ? options
                                : options.keeping(after ? "postImage" : "preImage"));
        boolean touched = effect.matched() > 0 || effect.upsertedId() != null;
        BsonDocument last =
                new BsonDocument("n", new BsonInt32(touched ? 1 : 0))
                        .append("updatedExisting", BsonBoolean.valueOf(effect.matched() > 0));
        if (effect.upsertedId() != null) {
            last.append("upserted", effect.upsertedId());
        }
        return new BsonDocument("lastErrorObject", last)
                .append("value", value(request, after ? effect.after() : effect.before()));
    }

    private static BsonValue value(Request request, byte[] document) {
        if (document == null) {
            return BsonNull.VALUE;
        }
        BsonDocument fields = request.document("fields");
        BsonDocument whole = BsonBytes.document(document);
        return fields.isEmpty() ? whole : Projection.compile(fields).apply(whole);
    }
}
