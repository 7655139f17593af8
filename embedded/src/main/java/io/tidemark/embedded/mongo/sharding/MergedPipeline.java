package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.query.BsonNumbers;
import io.tidemark.embedded.mongo.query.FieldPath;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.query.SortOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonValue;

/** The stages a router works off itself over merged documents; others are refused. */
final class MergedPipeline {
    private MergedPipeline() {}

    static List<? extends BsonDocument> run(
            List<BsonDocument> stages, List<? extends BsonDocument> input) {
        List<? extends BsonDocument> documents = input;
        for (BsonDocument stage : stages) {
            documents = stage(stage.getFirstKey(), stage.get(stage.getFirstKey()), documents);
        }
        return documents;
    }

    private static List<? extends BsonDocument> stage(
            String name, BsonValue argument, List<? extends BsonDocument> documents) {
        return switch (name) {
            case "$match" -> {
                Filter filter = Filter.compile(argument.asDocument());
                yield documents.stream().filter(filter::matches).toList();
            }
            case "$sort" -> documents.stream().sorted(SortOrder.of(argument.asDocument())).toList();
            case "$skip" -> documents.stream().skip(argument.asNumber().longValue()).toList();
            case "$limit" -> documents.stream().limit(argument.asNumber().longValue()).toList();
            case "$project" -> {
                Projection projection = Projection.compile(argument.asDocument());
                yield documents.stream().map(projection::apply).toList();
            }
            case "$count" ->
                    documents.isEmpty()
                            ? List.of()
                            : List.of(
                                    new BsonDocument(
                                            argument.asString().getValue(),
                                            new BsonInt32(documents.size())));
            case "$group" -> group(argument.asDocument(), documents);
            default ->
                    throw ServerError.location(
                            40324, "Unrecognized pipeline stage name: '" + name + "'");
        };
    }

    private static List<BsonDocument> group(
            BsonDocument spec, List<? extends BsonDocument> documents) {
        Map<BsonKey, List<BsonDocument>> groups = new LinkedHashMap<>();
        for (BsonDocument document : documents) {
            groups.computeIfAbsent(
                            new BsonKey(value(spec.get("_id"), document)),
                            ignored -> new ArrayList<>())
                    .add(document);
        }
        List<BsonDocument> result = new ArrayList<>();
        groups.forEach(
                (key, members) -> {
                    BsonDocument group = new BsonDocument("_id", key.value());
                    spec.forEach(
                            (name, accumulator) -> {
                                if (!name.equals("_id")) {
                                    group.append(
                                            name, accumulate(accumulator.asDocument(), members));
                                }
                            });
                    result.add(group);
                });
        return result;
    }

    private static BsonValue accumulate(BsonDocument accumulator, List<BsonDocument> members) {
        String name = accumulator.getFirstKey();
        if (!name.equals("$sum")) {
            throw ServerError.location(15952, "unknown group operator '" + name + "'");
        }
        BsonValue sum = new BsonInt32(0);
        for (BsonDocument member : members) {
            BsonValue value = value(accumulator.get(name), member);
            sum = BsonNumbers.isNumber(value) ? BsonNumbers.add(sum, value) : sum;
        }
        return sum;
    }

    private static BsonValue value(BsonValue expression, BsonDocument document) {
        if (expression.isString() && expression.asString().getValue().startsWith("$")) {
            List<BsonValue> values =
                    FieldPath.of(expression.asString().getValue().substring(1)).values(document);
            return values.isEmpty() ? BsonNull.VALUE : values.get(0);
        }
        return expression;
    }
}
