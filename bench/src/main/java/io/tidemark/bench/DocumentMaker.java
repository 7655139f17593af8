package io.tidemark.bench;

import java.util.Random;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/** Documents as an application has them: a few typed fields, and text that compresses about 3:1. */
final class DocumentMaker {
    private static final String[] WORDS = {
        "order", "customer", "shipped", "pending", "invoice", "address", "street", "payment",
        "article", "quantity", "price", "discount", "warehouse", "delivery", "returned", "note"
    };
    private static final int FIXED_BYTES = 120;

    private final Random random;
    private final int sizeBytes;

    DocumentMaker(Random random, int sizeBytes) {
        this.random = random;
        this.sizeBytes = sizeBytes;
    }

    BsonDocument make(long id) {
        return new BsonDocument("_id", new BsonInt64(id))
                .append("customer", new BsonInt32(random.nextInt(100_000)))
                .append("amount", new BsonDouble(random.nextInt(1_000_000) / 100.0))
                .append("at", new BsonDateTime(1_700_000_000_000L + random.nextInt()))
                .append("text", new BsonString(text(Math.max(1, sizeBytes - FIXED_BYTES))));
    }

    private String text(int length) {
        StringBuilder text = new StringBuilder(length + 16);
        while (text.length() < length) {
            text.append(WORDS[random.nextInt(WORDS.length)])
                    .append(random.nextInt(1000))
                    .append(' ');
        }
        text.setLength(length);
        return text.toString();
    }
}
