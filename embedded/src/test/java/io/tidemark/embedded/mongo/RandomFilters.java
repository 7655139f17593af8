package io.tidemark.embedded.mongo;

import io.tidemark.embedded.mongo.update.RandomDocuments;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Random filters on the paths of {@link RandomDocuments}. */
final class RandomFilters {
    private static final String[] OPERATORS = {
        "$eq",
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$lte",
        "$in",
        "$nin",
        "$exists",
        "$type",
        "$size",
        "$all",
        "$elemMatch",
        "$mod",
        "$not",
        "literal",
        "$regex"
    };

    private RandomFilters() {}

    static BsonDocument filter(Random random, RandomDocuments documents) {
        if (random.nextInt(6) == 0) {
            String logical = List.of("$and", "$or", "$nor").get(random.nextInt(3));
            return new BsonDocument(
                    logical,
                    new BsonArray(List.of(filter(random, documents), filter(random, documents))));
        }
        StringBuilder path = new StringBuilder(documents.name());
        for (int i = random.nextInt(3); i > 0; i--) {
            path.append('.').append(documents.name());
        }
        return new BsonDocument(path.toString(), condition(random, documents));
    }

    private static BsonValue condition(Random random, RandomDocuments documents) {
        String operator = OPERATORS[random.nextInt(OPERATORS.length)];
        if (operator.equals("literal")) {
            return documents.value(2);
        }
        BsonValue argument =
                switch (operator) {
                    case "$in", "$nin", "$all" -> documents.array(2);
                    case "$exists" -> BsonBoolean.valueOf(random.nextBoolean());
                    case "$type" ->
                            new BsonString(
                                    List.of(
                                                    "int", "number", "string", "object", "array",
                                                    "null", "bool")
                                            .get(random.nextInt(7)));
                    case "$size" -> new BsonInt32(random.nextInt(3));
                    case "$mod" ->
                            new BsonArray(
                                    List.of(new BsonInt32(2), new BsonInt32(random.nextInt(2))));
                    case "$regex" -> new BsonString("[12]");
                    case "$not" -> new BsonDocument("$gt", documents.value(1));
                    case "$elemMatch" ->
                            random.nextBoolean()
                                    ? new BsonDocument("$gte", documents.value(0))
                                    : filter(random, documents);
                    default -> documents.value(2);
                };
        return new BsonDocument(operator, argument);
    }
}
