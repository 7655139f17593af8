package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The few aggregation stages that drivers and backup tools need: match, sort, skip, limit, project,
 * count and the counting group. Any other stage is refused, never ignored.
 */
final class Pipeline {
    /**
     * @param namespace what the cursor belongs to
     */
    record Result(String namespace, List<byte[]> documents, long snapshotAt) {}

    private Pipeline() {}

    static Result run(Request request) {
        BsonArray stages = request.body().getArray("pipeline");
        BsonValue target = request.body().get("aggregate");
        if (target.isBinary()) {
            throw new CommandFailure(
                    ErrorCode.InvalidNamespace,
                    "Collection name must be provided. UUID is not valid in this context");
        }
        if (!target.isString()) {
            return ofDatabase(request, stages);
        }
        String namespace = request.namespace();
        if (begins(stages, "$collStats")) {
            BsonDocument asked = stages.get(0).asDocument().getDocument("$collStats");
            List<byte[]> stats = List.of(CollectionStats.of(request, namespace, asked));
            return new Result(namespace, apply(stats, stages, 1), 0);
        }
        Reading reading = Reading.of(request, namespace);
        int first = 0;
        BsonDocument filter = new BsonDocument();
        if (begins(stages, "$match")) {
            filter = stages.get(0).asDocument().getDocument("$match");
            first = 1;
        }
        List<byte[]> documents;
        if (namespace.equals(OplogCursor.NAMESPACE)) {
            documents = oplog(request, filter);
        } else {
            Hint hint = Hint.of(request, reading.collection());
            documents =
                    reading.ordered(hint.order())
                            .within(hint)
                            .find(Query.of(filter, hint.order(), 0, 0));
        }
        return new Result(
                namespace,
                apply(documents, stages, first),
                reading.point() == null ? 0 : reading.point().snapshotAt());
    }

    private static boolean begins(BsonArray stages, String name) {
        return !stages.isEmpty() && stages.get(0).asDocument().containsKey(name);
    }

    private static List<byte[]> oplog(Request request, BsonDocument filter) {
        OplogRange range = OplogRange.of(filter);
        return new OplogCursor(range, range.rest(), null, false, false, false, 0)
                .next(request, 0, 0);
    }

    private static Result ofDatabase(Request request, BsonArray stages) {
        String first = stages.isEmpty() ? "" : stages.get(0).asDocument().getFirstKey();
        String namespace = request.database() + ".$cmd.aggregate";
        if (first.equals("$currentOp")) {
            return new Result(namespace, apply(OpenOperations.of(request), stages, 1), 0);
        }
        if (first.equals("$listLocalSessions")) {
            return new Result(namespace, List.of(), 0);
        }
        throw new CommandFailure(
                ErrorCode.InvalidNamespace,
                "{aggregate: 1} is not valid for '" + first + "'; a collection is required.");
    }

    /** The documents a view shows. */
    static List<byte[]> view(Request request, String namespace) {
        BsonDocument definition = Views.find(request.engine(), namespace);
        String on =
                Namespaces.database(namespace) + "." + definition.getString("viewOn").getValue();
        List<byte[]> documents = Reading.of(request, on).find(Query.of(new BsonDocument()));
        return apply(documents, definition.getArray("pipeline", new BsonArray()), 0);
    }

    static List<byte[]> apply(List<byte[]> documents, BsonArray stages, int first) {
        List<byte[]> current = documents;
        for (BsonValue stage : stages.subList(first, stages.size())) {
            current = apply(current, stage.asDocument());
        }
        return current;
    }

    private static List<byte[]> apply(List<byte[]> documents, BsonDocument stage) {
        String name = stage.getFirstKey();
        BsonValue argument = stage.get(name);
        DocumentSource source = new ListedDocuments(documents);
        return switch (name) {
            case "$match" -> matching(documents, argument.asDocument());
            case "$sort" -> Query.of(new BsonDocument(), argument.asDocument(), 0, 0).find(source);
            case "$skip" ->
                    documents.subList(
                            Math.min(documents.size(), argument.asNumber().intValue()),
                            documents.size());
            case "$limit" ->
                    documents.subList(
                            0, Math.min(documents.size(), argument.asNumber().intValue()));
            case "$sample" -> sampled(documents, argument);
            case "$project" -> projected(documents, argument.asDocument());
            case "$count" -> counted(documents, argument.asString().getValue(), new BsonDocument());
            case "$group" -> grouped(documents, argument.asDocument());
            case "$collStats", "$currentOp" ->
                    throw new CommandFailure(
                            ErrorCode.StageNotFirst,
                            name + " is only valid as the first stage in a pipeline");
            case "$_internalUnpackBucket" -> Measurements.unpack(documents, argument.asDocument());
            default ->
                    throw new CommandFailure(
                            ErrorCode.CommandNotSupported,
                            "Aggregation stage "
                                    + name
                                    + " is not part of the simulated server; use find");
        };
    }

    private static List<byte[]> matching(List<byte[]> documents, BsonDocument filter) {
        Query query = Query.of(filter);
        return documents.stream().filter(query::matches).toList();
    }

    private static List<byte[]> sampled(List<byte[]> documents, BsonValue argument) {
        boolean sized =
                argument.isDocument()
                        && argument.asDocument().size() == 1
                        && argument.asDocument().get("size", new BsonString("")).isNumber();
        int size = sized ? argument.asDocument().getNumber("size").intValue() : 0;
        if (size <= 0) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse, "$sample needs a positive size: " + argument);
        }
        // The same collection gives the same sample: a simulation must be repeatable.
        List<byte[]> shuffled = new ArrayList<>(documents);
        Collections.shuffle(shuffled, new Random(documents.size()));
        return shuffled.subList(0, Math.min(size, shuffled.size()));
    }

    private static List<byte[]> projected(List<byte[]> documents, BsonDocument projection) {
        Projection compiled = Projection.compile(projection);
        List<byte[]> shown = new ArrayList<>(documents.size());
        for (byte[] document : documents) {
            shown.add(BsonBytes.of(compiled.apply(BsonBytes.document(document))));
        }
        return shown;
    }

    private static List<byte[]> counted(List<byte[]> documents, String field, BsonDocument before) {
        return documents.isEmpty()
                ? List.of()
                : List.of(BsonBytes.of(before.append(field, new BsonInt32(documents.size()))));
    }

    /** Groups into one with a constant id and a count: what countDocuments sends. */
    private static List<byte[]> grouped(List<byte[]> documents, BsonDocument group) {
        BsonValue id = group.get("_id");
        boolean constant = !(id instanceof BsonString) && !id.isDocument();
        boolean counts =
                group.size() == 2
                        && group.entrySet().stream()
                                .skip(1)
                                .allMatch(
                                        field ->
                                                field.getValue()
                                                        .equals(BsonDocument.parse("{$sum: 1}")));
        if (!constant || !counts) {
            throw new CommandFailure(
                    ErrorCode.CommandNotSupported,
                    "$group other than a plain count is not part of the simulated server");
        }
        String field = group.keySet().stream().skip(1).findFirst().orElseThrow();
        return counted(documents, field, new BsonDocument("_id", id));
    }
}
