package io.tidemark.embedded.mongo.update;

import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Small random documents over few names, so that they meet often. */
public final class RandomDocuments {
    private static final String[] NAMES = {"a", "b", "c", "d", "0", "1", "10", "e"};

    private final Random random;

    public RandomDocuments(Random random) {
        this.random = random;
    }

    public String name() {
        return NAMES[random.nextInt(NAMES.length)];
    }

    public BsonDocument document(int depth) {
        BsonDocument document = new BsonDocument();
        for (int i = random.nextInt(5); i > 0; i--) {
            document.put(name(), value(depth - 1));
        }
        return document;
    }

    public BsonValue value(int depth) {
        int kind = random.nextInt(depth > 0 ? 10 : 7);
        return switch (kind) {
            case 0 -> new BsonInt32(random.nextInt(4));
            case 1 -> new BsonInt64(random.nextInt(4));
            case 2 -> new BsonDouble(random.nextInt(8) / 2.0);
            case 3 -> new BsonString("s" + random.nextInt(3));
            case 4 -> BsonBoolean.valueOf(random.nextBoolean());
            case 5 -> BsonNull.VALUE;
            case 6 -> new BsonDateTime(1_600_000_000_000L + random.nextInt(3));
            case 7 -> document(depth);
            default -> array(depth);
        };
    }

    public BsonArray array(int depth) {
        BsonArray array = new BsonArray();
        for (int i = random.nextInt(4); i > 0; i--) {
            array.add(value(depth - 1));
        }
        return array;
    }

    /** A copy with a few fields changed, added or taken away. */
    BsonDocument changed(BsonDocument document) {
        BsonDocument copy = Copies.of(document);
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            String name = name();
            BsonValue old = copy.get(name);
            if (old != null && old.isDocument() && random.nextBoolean()) {
                copy.put(name, changed(old.asDocument()));
            } else if (old != null && old.isArray() && random.nextBoolean()) {
                changeElement(old.asArray());
            } else if (random.nextInt(3) == 0) {
                copy.remove(name);
            } else {
                copy.put(name, value(2));
            }
        }
        return copy;
    }

    private void changeElement(BsonArray array) {
        if (array.isEmpty() || random.nextInt(3) == 0) {
            array.add(value(2));
        } else if (random.nextInt(3) == 0) {
            array.remove(array.size() - 1);
        } else {
            array.set(random.nextInt(array.size()), value(2));
        }
    }
}
