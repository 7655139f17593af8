package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/** Reading: {@code find}, its cursors, {@code count}, {@code distinct}, {@code aggregate}. */
final class ReadCommands {
    private final Node node;

    private ReadCommands(Node node) {
        this.node = node;
    }

    static List<Command> all(Node node) {
        ReadCommands commands = new ReadCommands(node);
        return List.of(
                Command.of(
                                "find",
                                commands::find,
                                "filter",
                                "sort",
                                "projection",
                                "hint",
                                "skip",
                                "limit",
                                "batchSize",
                                "singleBatch",
                                "max",
                                "min",
                                "returnKey",
                                "showRecordId",
                                "tailable",
                                "awaitData",
                                "oplogReplay",
                                "noCursorTimeout",
                                "allowPartialResults",
                                "allowDiskUse",
                                "collation",
                                "$_requestResumeToken",
                                "$_resumeAfter")
                        .with(Command.Trait.READ, Command.Trait.TRANSACTION),
                Command.of("getMore", node.cursors::more, "collection", "batchSize", "term")
                        .with(Command.Trait.TRANSACTION),
                Command.of("killCursors", commands::killCursors, "cursors")
                        .with(Command.Trait.TRANSACTION),
                Command.of("count", commands::count).with(Command.Trait.READ),
                Command.of("distinct", commands::distinct)
                        .with(Command.Trait.READ, Command.Trait.TRANSACTION),
                Command.of("aggregate", commands::aggregate)
                        .with(Command.Trait.READ, Command.Trait.TRANSACTION));
    }

    private void find(Request request, RawBuilder reply) {
        String namespace = request.namespaceOrUuid();
        boolean byUuid = request.body().get("find").isBinary();
        int batchSize = (int) request.number("batchSize", 101);
        if (namespace.equals(OplogCursor.NAMESPACE)) {
            node.cursors.first(request, OplogFind.open(request), batchSize, reply, 0);
            return;
        }
        requireSimpleOrder(request);
        if (request.flag("tailable")) {
            requireCapped(request, namespace);
        }
        boolean resumable = NaturalCursor.isAsked(request);
        Reading reading =
                byUuid
                        ? Reading.of(request, request.body().getBinary("find").asUuid())
                        : Reading.of(request, namespace);
        ServerCursor cursor =
                resumable ? NaturalCursor.open(request, reading) : listed(request, reading);
        node.cursors.first(request, cursor, batchSize, reply, reading.point().snapshotAt());
    }

    private static ServerCursor listed(Request request, Reading reading) {
        Hint hint = Hint.of(request, reading.collection());
        if (IdCursor.fits(request, reading, hint)) {
            return IdCursor.open(reading, hint);
        }
        BsonDocument order = hint.orderOf(request.document("sort"));
        Query query =
                Query.of(
                        request.document("filter"),
                        order,
                        (int) request.number("skip", 0),
                        (int) Math.abs(request.number("limit", 0)));
        List<byte[]> found = reading.ordered(order).within(hint).find(query);
        return new ListCursor(reading.namespace(), projected(request, found));
    }

    /** Comparing by a language's rules is not simulated; a wrong order would be worse than none. */
    private static void requireSimpleOrder(Request request) {
        BsonDocument collation = request.document("collation");
        boolean simple =
                collation.isEmpty() || collation.getString("locale").getValue().equals("simple");
        if (!simple) {
            throw new CommandFailure(
                    ErrorCode.CommandNotSupported,
                    "Collations other than simple are kept but not applied by the simulated"
                            + " server");
        }
    }

    private static void requireCapped(Request request, String namespace) {
        var info = request.engine().catalog.current().named(namespace);
        if (info == null || !info.capped()) {
            throw new CommandFailure(
                    ErrorCode.BadValue,
                    "error processing query: ns="
                            + namespace
                            + " tailable cursor requested on non capped collection");
        }
    }

    static List<byte[]> projected(Request request, List<byte[]> found) {
        BsonDocument given = request.document("projection");
        if (given.isEmpty()) {
            return found;
        }
        Projection projection = Projection.compile(given);
        List<byte[]> shown = new ArrayList<>(found.size());
        for (byte[] document : found) {
            shown.add(BsonBytes.of(projection.apply(BsonBytes.document(document))));
        }
        return shown;
    }

    private void killCursors(Request request, RawBuilder reply) {
        List<Long> killed = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (BsonValue id : request.body().getArray("cursors")) {
            long number = id.asNumber().longValue();
            (node.cursors.kill(number) ? killed : unknown).add(number);
        }
        ids(reply, "cursorsKilled", killed);
        ids(reply, "cursorsNotFound", unknown);
        ids(reply, "cursorsAlive", List.of());
        ids(reply, "cursorsUnknown", List.of());
    }

    private static void ids(RawBuilder reply, String field, List<Long> ids) {
        reply.startArray(field);
        for (int i = 0; i < ids.size(); i++) {
            reply.int64(Integer.toString(i), ids.get(i));
        }
        reply.end();
    }

    private void count(Request request, RawBuilder reply) {
        List<byte[]> found =
                Reading.named(request)
                        .find(
                                Query.of(
                                        request.document("query"),
                                        new BsonDocument(),
                                        (int) request.number("skip", 0),
                                        (int) Math.abs(request.number("limit", 0))));
        reply.int32("n", found.size());
    }

    private void distinct(Request request, RawBuilder reply) {
        List<byte[]> found = Reading.named(request).find(Query.of(request.document("query")));
        IndexKeys keys = new IndexKeys(new BsonDocument(request.string("key"), new BsonInt32(1)));
        TreeSet<BsonKey> values = new TreeSet<>();
        for (byte[] document : found) {
            keys.of(BsonBytes.document(document), true).forEach(tuple -> values.add(tuple.get(0)));
        }
        reply.startArray("values");
        int i = 0;
        for (BsonKey value : values) {
            reply.value(Integer.toString(i), value.value());
            i++;
        }
        reply.end();
    }

    private void aggregate(Request request, RawBuilder reply) {
        BsonDocument cursor = request.requiredDocument("cursor");
        int batchSize =
                cursor.containsKey("batchSize") ? cursor.getNumber("batchSize").intValue() : 101;
        Pipeline.Result result = Pipeline.run(request);
        node.cursors.first(
                request,
                new ListCursor(result.namespace(), result.documents()),
                batchSize,
                reply,
                result.snapshotAt());
    }
}
