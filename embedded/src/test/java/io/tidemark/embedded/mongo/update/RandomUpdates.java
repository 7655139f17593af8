package io.tidemark.embedded.mongo.update;

import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Random updates by operators on the paths of {@link RandomDocuments}. */
public final class RandomUpdates {
    private static final String[] OPERATORS = {
        "$set",
        "$unset",
        "$inc",
        "$mul",
        "$min",
        "$max",
        "$push",
        "$addToSet",
        "$pull",
        "$pullAll",
        "$pop",
        "$rename",
        "$bit"
    };

    private final Random random;
    private final RandomDocuments documents;

    public RandomUpdates(Random random, RandomDocuments documents) {
        this.random = random;
        this.documents = documents;
    }

    public BsonDocument update() {
        BsonDocument update = new BsonDocument();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String operator = OPERATORS[random.nextInt(OPERATORS.length)];
            update.putIfAbsent(operator, new BsonDocument());
            update.getDocument(operator).put(path(), argument(operator));
        }
        return update;
    }

    private String path() {
        StringBuilder path = new StringBuilder(documents.name());
        for (int i = random.nextInt(3); i > 0; i--) {
            path.append('.').append(documents.name());
        }
        return path.toString();
    }

    private BsonValue argument(String operator) {
        return switch (operator) {
            case "$inc", "$mul" -> new BsonInt32(random.nextInt(3));
            case "$pop" -> new BsonInt32(random.nextBoolean() ? 1 : -1);
            case "$rename" -> new BsonString(path());
            case "$pullAll" -> documents.array(2);
            case "$bit" -> new BsonDocument("or", new BsonInt32(random.nextInt(8)));
            case "$push" -> random.nextBoolean() ? documents.value(2) : each();
            default -> documents.value(2);
        };
    }

    private BsonDocument each() {
        BsonArray values = documents.array(2);
        BsonDocument each = new BsonDocument("$each", values);
        if (random.nextBoolean()) {
            each.put("$slice", new BsonInt32(random.nextInt(7) - 3));
        }
        if (random.nextInt(3) == 0) {
            each.put("$position", new BsonInt32(random.nextInt(5) - 2));
        }
        if (random.nextInt(3) == 0) {
            each.put("$sort", new BsonInt32(random.nextBoolean() ? 1 : -1));
        }
        return each;
    }
}
